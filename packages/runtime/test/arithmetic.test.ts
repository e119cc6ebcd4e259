import { beforeAll, describe, expect, test } from "vitest";
import { elementTypes } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import {
  type ArithmeticCase,
  type ArithmeticType,
  drawCases,
  type DrawnKind,
  graphOfCases,
  inputsOfCases,
  titleOf,
} from "./arithmetic-cases.ts";

const patience = 120_000;

const int8AndFloatKinds = [
  "add",
  "sub",
  "mul",
  "leaky-relu",
  "prelu",
  "relu",
  "relu6",
  "logistic",
  "tanh",
  "softmax",
  "mean",
  "sum",
  "average-pool-2d",
  "max-pool-2d",
  "elu",
  "hard-swish",
  "log-softmax",
  "l2-normalization",
  "quantize",
] as const satisfies readonly DrawnKind[];

/** Without those that have no int16 form, or none that TensorFlow Lite takes: its prelu wants alpha int16, its sum one scale. */
const int16Kinds = [
  "add",
  "sub",
  "mul",
  "leaky-relu",
  "relu",
  "relu6",
  "logistic",
  "tanh",
  "softmax",
  "mean",
  "average-pool-2d",
  "max-pool-2d",
  "quantize",
] as const satisfies readonly DrawnKind[];

const runtimes = [
  { name: "TensorFlow Lite", load: loadTfliteRuntime },
  { name: "LiteRT", load: loadLiteRt },
];

const kindsOf = {
  float32: int8AndFloatKinds,
  int8: int8AndFloatKinds,
  int16: int16Kinds,
} satisfies Record<ArithmeticType, readonly DrawnKind[]>;

interface Comparison {
  readonly of: ArithmeticCase;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

interface Summary {
  readonly elements: number;
  readonly different: number;
  readonly largest: number;
}

describe.each(runtimes)("$name computes as we do with single rounding", ({ name, load }) => {
  describe.each(["float32", "int8", "int16"] as const)("%s", (type) => {
    const comparisons = new Map<DrawnKind, readonly Comparison[]>();

    // Loading is what takes long: one model holds all cases.
    beforeAll(async () => {
      const cases = kindsOf[type].map((kind) => ({
        kind,
        taken: drawCases(kind, type).filter((of) => isTaken(of)),
      }));
      const all = await compare(
        cases.flatMap(({ taken }) => taken),
        load,
      );
      let next = 0;
      for (const { kind, taken } of cases)
        comparisons.set(kind, all.slice(next, (next += taken.length)));
    }, patience);

    test.for(kindsOf[type])("%s", (kind) => {
      const compared = comparisons.get(kind) as readonly Comparison[];
      expect(compared.length).toBeGreaterThan(10);
      const known = knownDifferences.find(
        (each) => each.runtimes.includes(name) && each.type === type && each.kind === kind,
      );
      const isKnown = ({ of }: Comparison) => known !== undefined && (known.only?.(of) ?? true);
      expect(differences(compared.filter((each) => !isKnown(each)))).toEqual([]);
      expect(summarize(compared.filter(isKnown))).toEqual(known?.summary ?? nothing);
    });
  });
});

const nothing: Summary = { elements: 0, different: 0, largest: 0 };

/** Where other runtimes compute something else: what and why. Each count is one of the drawn elements. */
const knownDifferences: readonly {
  readonly runtimes: readonly string[];
  readonly type: ArithmeticType;
  readonly kind: DrawnKind;
  /** The cases that it is about, if not all. */
  readonly only?: (of: ArithmeticCase) => boolean;
  readonly summary: Summary;
}[] = [
  // It rounds halves away from zero, or toward zero where nothing is rescaled; LiteRT to even, as we do.
  {
    runtimes: ["TensorFlow Lite"],
    type: "int8",
    kind: "mean",
    summary: { elements: 239, different: 5, largest: 1 },
  },
  // As means; besides, what is outside int8 wraps.
  {
    runtimes: ["TensorFlow Lite"],
    type: "int8",
    kind: "sum",
    summary: { elements: 239, different: 120, largest: 255 },
  },
  // It rescales in floats; LiteRT in integers, as we do.
  {
    runtimes: ["TensorFlow Lite"],
    type: "int16",
    kind: "mean",
    summary: { elements: 174, different: 9, largest: 1 },
  },
  // They divide in double; the reference of TensorFlow Lite Micro in float32, as we do.
  {
    runtimes: ["TensorFlow Lite", "LiteRT"],
    type: "float32",
    kind: "quantize",
    only: ({ output }) => output.type === "int16",
    summary: { elements: 13_200, different: 1, largest: 1 },
  },
  // Where the input scale is 2⁻¹² or 2⁻¹¹ they evaluate gemmlowp's 16-bit functions; the reference interpolates in a table.
  {
    runtimes: ["TensorFlow Lite", "LiteRT"],
    type: "int16",
    kind: "logistic",
    only: (of) => inputScaleOf(of) === 2 ** -12,
    summary: { elements: 3_600, different: 3_037, largest: 6 },
  },
  {
    runtimes: ["TensorFlow Lite", "LiteRT"],
    type: "int16",
    kind: "tanh",
    only: (of) => [2 ** -12, 2 ** -11].includes(inputScaleOf(of)),
    summary: { elements: 12_600, different: 4_913, largest: 11 },
  },
];

function inputScaleOf({ operands: [input] }: ArithmeticCase): number {
  return input?.quantization?.kind === "per-tensor" ? input.quantization.scale : 0;
}

/** Some cases other runtimes refuse, or read beyond what they are given. */
function isTaken(of: ArithmeticCase): boolean {
  return !leavesOneValue(of) && !stretchesAlphaToChannels(of) && !widens(of);
}

/** TensorFlow Lite makes no int16 of int8. */
function widens({ kind, operands: [input], output }: ArithmeticCase): boolean {
  return kind === "quantize" && input?.type === "int8" && output.type === "int16";
}

/** XNNPACK creates no operator whose activation leaves a single stored value. */
function leavesOneValue({ options, output }: ArithmeticCase): boolean {
  const { quantization, type } = output;
  const { activation = "none" } = options as { readonly activation?: string };
  if (quantization?.kind !== "per-tensor" || activation === "none") return false;
  const [lowest, highest] = elementTypes[type].range as readonly [number, number];
  const { scale, zeroPoint } = quantization;
  const stored = (real: number) =>
    Math.min(highest, Math.max(lowest, zeroPoint + Math.round(real / scale)));
  const min = activation === "relu-n1-to-1" ? stored(-1) : stored(0);
  const max = activation === "relu" ? highest : activation === "relu6" ? stored(6) : stored(1);
  return min >= max;
}

/** XNNPACK of tfjs-tflite takes as many floats of alpha as there are channels, also where alpha has fewer. */
function stretchesAlphaToChannels({ kind, operands: [input, alpha] }: ArithmeticCase): boolean {
  return (
    kind === "prelu" && input?.type === "float32" && alpha?.shape.at(-1) !== input.shape.at(-1)
  );
}

async function compare(
  cases: readonly ArithmeticCase[],
  load: typeof loadTfliteRuntime,
): Promise<readonly Comparison[]> {
  const graph = graphOfCases(cases);
  const inputs = inputsOfCases(cases);
  const official = await load(writeTflite(graph));
  const theirs = official.run(inputs);
  const interpreter = createInterpreter(graph, { rounding: "single" });
  for (const [i, { data }] of interpreter.inputs.entries())
    bytesOf(data).set(bytesOf(inputs[i] as ArrayBufferView));
  interpreter.run();
  return interpreter.outputs.map(({ type, data }, i) => ({
    of: cases[i] as ArithmeticCase,
    ours: Array.from(data as Float32Array),
    theirs: Array.from(
      new elementTypes[type].array((theirs[i] as Uint8Array).slice().buffer) as Float32Array,
    ),
  }));
}

function differences(compared: readonly Comparison[]): readonly string[] {
  return compared.flatMap(({ of, ours, theirs }) => {
    const wrong = [...ours.entries()].filter(([i, x]) => distance(of, x, theirs[i]) > 0);
    const examples = wrong.slice(0, 3).map(([i, x]) => `[${i}] ${x}, not ${theirs[i]}`);
    return wrong.length === 0 ? [] : [`${titleOf(of)}: ${wrong.length}, as ${examples.join("; ")}`];
  });
}

function summarize(compared: readonly Comparison[]): Summary {
  const distances = compared.flatMap(({ of, ours, theirs }) =>
    ours.map((x, i) => distance(of, x, theirs[i])),
  );
  return {
    elements: distances.length,
    different: distances.filter((d) => d > 0).length,
    largest: Math.max(0, ...distances),
  };
}

/** Of integers the difference; of floats 0 up to 10⁻⁵, relative to numbers above 1. */
function distance({ output }: ArithmeticCase, ours: number, theirs = Number.NaN): number {
  if (output.type !== "float32") return Math.abs(ours - theirs);
  const relative = Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
  return relative <= 1e-5 ? 0 : relative;
}
