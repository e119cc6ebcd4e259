import { describe, expect, test } from "vitest";
import { type ElementArray, printGraph } from "@smidgen/graph";
import { quantizeGraph } from "@smidgen/quantize";
import { goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";

const golden = new Map(goldenModels().map(({ name, model }) => [name, model]));
const graphOf = (name: string) => readTflite(golden.get(name) as Uint8Array, { name });

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
    const differing = ours.tensors.flatMap(({ name, data }, id) => {
      const count = countDifferences(data, official.tensors[id]?.data);
      return count === 0 ? [] : [`${name}: ${count} values`];
    });
    expect(differing).toEqual([]);
  });
});

function countDifferences(a: ElementArray = new Int8Array(0), b: ElementArray = new Int8Array(0)) {
  if (a.length !== b.length) return Math.max(a.length, b.length);
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}
