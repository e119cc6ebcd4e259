import { beforeAll, describe, expect, test } from "vitest";
import { type ElementArray, type ElementType, elementTypes } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import {
  casesPerKind,
  drawCases,
  graphOfCases,
  inputsOfCases,
  type MovementCase,
  type MovementKind,
  titleOf,
} from "./movement-cases.ts";

/** Every element type that a kernel takes. */
const typesOf = {
  "arg-max": ["float32", "int8"],
  cast: ["float32", "int8", "int16", "int32", "bool"],
  concatenation: ["float32", "int8", "int16", "int32", "int64", "bool"],
  "embedding-lookup": ["float32", "int8"],
  "expand-dims": ["float32", "int8", "int16"],
  gather: ["float32", "int8"],
  maximum: ["float32", "int8", "int16", "int32", "int64"],
  minimum: ["float32", "int8", "int16", "int32", "int64"],
  pack: ["float32", "int8", "int16", "int32", "int64"],
  pad: ["float32", "int8", "int16", "int32"],
  "pad-v2": ["float32", "int8", "int16", "int32"],
  "reduce-max": ["float32", "int8"],
  "resize-bilinear": ["float32", "int8"],
  "resize-nearest-neighbor": ["float32", "int8", "int16"],
  slice: ["float32", "int8", "int16", "int32", "bool"],
  split: ["float32", "int8", "int16", "int32"],
  squeeze: ["float32", "int8", "uint8", "int16", "int32", "int64", "bool"],
  "strided-slice": ["float32", "int8", "int16", "int32", "bool"],
  transpose: ["float32", "int8", "int16"],
  unpack: ["float32", "int8", "int16", "int32"],
} as const satisfies { readonly [K in MovementKind]: readonly ElementType[] };

const kinds = Object.keys(typesOf) as readonly MovementKind[];
const types = ["float32", "int8", "uint8", "int16", "int32", "int64", "bool"] as const;

const runtimes = [
  {
    name: "TensorFlow Lite",
    load: loadTfliteRuntime,
    // Its JavaScript layer makes too small arrays of int64; its XNNPACK refuses to transpose int16.
    takes: (kind: MovementKind, type: ElementType) =>
      type !== "int64" && !(kind === "transpose" && type === "int16"),
  },
  { name: "LiteRT", load: loadLiteRt, takes: () => true },
];

function kindsOf(type: ElementType): readonly MovementKind[] {
  return kinds.filter((kind) => (typesOf[kind] as readonly ElementType[]).includes(type));
}

interface Comparison {
  readonly of: MovementCase;
  readonly ours: readonly ElementArray[];
  readonly theirs: readonly ElementArray[];
}

describe.each(runtimes)("$name computes as we do with single rounding", ({ load, takes }) => {
  const judged = types
    .map((type) => ({ type, kinds: kindsOf(type).filter((kind) => takes(kind, type)) }))
    .filter((each) => each.kinds.length > 0);

  describe.each(judged)("$type", ({ type, kinds: own }) => {
    let comparisons: readonly Comparison[] = [];

    // Loading is what takes long: one model holds all cases.
    beforeAll(async () => {
      comparisons = await compare(
        own.flatMap((kind) => drawCases(kind, type)),
        load,
      );
    });

    test.for(own)("%s", (kind) => {
      const compared = comparisons.filter(({ of }) => of.kind === kind);
      expect(compared.length).toBe(casesPerKind);
      expect(compared.filter((each) => !isEqual(each)).map(({ of }) => titleOf(of))).toEqual([]);
    });
  });
});

test("every kind and type is judged by at least one runtime", () => {
  for (const kind of kinds) {
    for (const type of typesOf[kind]) {
      expect(runtimes.some(({ takes }) => takes(kind, type))).toBe(true);
    }
  }
});

async function compare(
  cases: readonly MovementCase[],
  load: typeof loadTfliteRuntime,
): Promise<readonly Comparison[]> {
  const graph = graphOfCases(cases);
  const inputs = inputsOfCases(cases);
  const official = await load(writeTflite(graph));
  const theirs = official.run(inputs);
  const interpreter = createInterpreter(graph, { rounding: "single" });
  for (const [i, { data }] of interpreter.inputs.entries()) {
    bytesOf(data).set(bytesOf(inputs[i] as ElementArray));
  }
  interpreter.run();
  let next = 0;
  return cases.map((of) => {
    const first = next;
    next += of.outputs.length;
    return {
      of,
      ours: interpreter.outputs.slice(first, next).map(({ data }) => data),
      theirs: interpreter.outputs
        .slice(first, next)
        .map(({ type }, i) => elementsOf(type, theirs[first + i] as Uint8Array)),
    };
  });
}

function elementsOf(type: ElementType, bytes: Uint8Array): ElementArray {
  return new elementTypes[type].array(bytes.slice().buffer);
}

/** Bit for bit; interpolated floats within 10⁻⁵. */
function isEqual({ of, ours, theirs }: Comparison): boolean {
  const isInterpolated = of.kind === "resize-bilinear" && of.outputs[0]?.type === "float32";
  return ours.every((values, i) => {
    const others = theirs[i] as ElementArray;
    if (!isInterpolated) return bytesOf(values).join() === bytesOf(others).join();
    return (values as Float32Array).every((x, j) => Math.abs(x - Number(others[j])) <= 1e-5);
  });
}
