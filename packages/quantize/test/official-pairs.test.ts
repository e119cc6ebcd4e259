import { describe, expect, test } from "vitest";
import { type Graph, type Op, printGraph, type TensorId, tensorOf } from "@smidgen/graph";
import { type Converter, quantizeGraph, rangesOf } from "@smidgen/quantize";
import { createInterpreter } from "@smidgen/runtime";
import { announceSkipped, type GoldenModel, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";

const golden = new Map(goldenModels().map((model) => [model.name, model]));
const graphOf = (name: string) => readTflite((golden.get(name) as GoldenModel).model, { name });

/** What was seen in calibration, as the quantized file of MLPerf Tiny's anomaly detection has it: min and max. */
const seen = [
  [-84.79798126220703, 14.910901069641113],
  [0, 12.612077713012695],
  [0, 9.028449058532715],
  [0, 3.5013394355773926],
  [0, 6.018967151641846],
  [0, 6.357017517089844],
  [0, 8.097823143005371],
  [0, 8.178146362304688],
  [0, 7.215473175048828],
  [0, 6.321677207946777],
  [-81.59371185302734, 11.35339641571045],
] as const;

describe.skipIf(golden.size === 0)("ad01, ten dense layers with 264,192 weights", () => {
  test("the same ranges give what TensorFlow's converter gave: every weight, bias, scale and zero point", () => {
    const float = graphOf("ad01_fp32");
    const computed = [...float.inputs, ...float.ops.flatMap(({ outputs }) => outputs)];
    const ranges = computed.map((id, i) => {
      const [min, max] = seen[i] ?? [];
      return [float.tensors[id]?.name, { min, max }];
    });
    const ours = quantizeGraph(float, { samples: 1, tensors: Object.fromEntries(ranges) });
    const official = graphOf("ad01_int8");
    expect(printGraph(ours)).toBe(printGraph(official));
    expect(differences(ours, official)).toEqual([]);
  });
});

/**
 * Float models, what TensorFlow's converter made of them, and with which of its two quantizers. The folder may hold more
 * than it comes with: those of MLPerf Tiny (github.com/mlcommons/tiny, benchmark/training) in folders of their own names.
 */
const pairs: readonly (readonly [float: string, int8: string, Converter])[] = [
  ["ad01_fp32", "ad01_int8", "classic"],
  ["ad01_fp32", "ad01_int8", "mlir"],
  ["trained_lstm", "trained_lstm_int8", "mlir"],
  ["pretrainedResnet", "pretrainedResnet_quant", "classic"],
  ["pretrainedResnet_large_float", "pretrainedResnet_large_int8", "mlir"],
  ["vww_96_float", "vww_96_int8", "classic"],
];
const isThere = ([float, int8]: (typeof pairs)[number]) => golden.has(float) && golden.has(int8);
const absent = pairs.filter((pair) => !isThere(pair)).map(([float]) => float);
if (golden.size > 0 && absent.length > 0) {
  announceSkipped(
    `parity with TensorFlow's converter for ${absent.join(", ")}`,
    "Put each model into the folder of golden vectors: NAME/model.tflite, and {} as NAME/meta.json.",
  );
}

describe.each(pairs.filter(isThere))("%s and %s (%s)", (floatName, int8Name, converter) => {
  const official = graphOf(int8Name);
  const float = graphOf(floatName);
  const ours = quantizeGraph(float, rangesOf(official, float), { default: "int8", converter });

  test("the official activation ranges give every official weight, bias, scale and zero point", () => {
    expect(differences(ours, official)).toEqual([]);
  });

  const { file, meta } = golden.get(int8Name) as GoldenModel;
  const [inputs, outputs] = [file("inputs.bin"), file("outputs.bin")];
  test.skipIf(inputs === undefined || outputs === undefined)(
    "and what it computes is what TensorFlow Lite Micro computes from the official file",
    () => {
      const interpreter = createInterpreter(ours);
      const results = Array.from({ length: meta.samples }, (_, sample) => {
        interpreter.reset();
        const [input, output] = [...interpreter.inputs, ...interpreter.outputs] as unknown as [
          View,
          View,
        ];
        const bytes = input.data.byteLength;
        const given = (inputs as Uint8Array).slice(sample * bytes, (sample + 1) * bytes);
        input.data.set(new Int8Array(given.buffer));
        interpreter.run();
        return [...output.data];
      });
      expect(results.flat()).toEqual([...new Int8Array((outputs as Uint8Array).slice().buffer)]);
    },
  );
});

interface View {
  readonly data: Int8Array;
}

/** Operator by operator: constants with other values, and tensors that are stored otherwise. */
function differences(ours: Graph, theirs: Graph): readonly string[] {
  if (ours.ops.length !== theirs.ops.length) return ["the operators"];
  const operandsOf = ({ inputs, outputs }: Op) =>
    [...inputs, ...outputs] as readonly (TensorId | undefined)[];
  return ours.ops.flatMap((op, index) => {
    const other = theirs.ops[index] as Op;
    const others = operandsOf(other);
    return operandsOf(op).flatMap((id, position): readonly string[] => {
      const otherId = others[position];
      if (id === undefined && otherId === undefined) return [];
      const place = `operator ${index} (${op.kind}), operand ${position}`;
      if (id === undefined || otherId === undefined) return [`${place} is not in both`];
      const [a, b] = [tensorOf(ours, id), tensorOf(theirs, otherId)];
      const stored = (tensor: typeof a) => JSON.stringify([tensor.type, tensor.quantization]);
      const values = (tensor: typeof a) => Array.from(tensor.data ?? [], Number);
      const [ourValues, theirValues] = [values(a), values(b)];
      const differing = theirValues.filter((value, i) => value !== ourValues[i]).length;
      return [
        ...(stored(a) === stored(b) ? [] : [`${place}: ${stored(a)}, not ${stored(b)}`]),
        ...(differing === 0 ? [] : [`${place}: ${differing} of ${theirValues.length} values`]),
      ];
    });
  });
}
