import { describe, expect, test } from "vitest";
import type { Graph, Tensor } from "@smidgen/graph";
import { int8Scheme, quantizeGraph, type Range, type Ranges, type Scheme } from "@smidgen/quantize";
import { goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";

/** Models of which there is the float file and what TensorFlow's converter made of it. */
const pairs = [["ad01_fp32", "ad01_int8"]] as const;

const golden = new Map(goldenModels().map(({ name, model }) => [name, model]));
const graphOf = (name: string) => readTflite(golden.get(name) as Uint8Array, { name });

describe.skipIf(golden.size === 0)("what TensorFlow's converter made of a float model", () => {
  test.each(pairs)("%s → %s: equal weights, biases and scales", (floatName, int8Name) => {
    const official = graphOf(int8Name);
    const ours = quantizeLike(graphOf(floatName), official);
    for (const expected of official.tensors) {
      expect(ours.tensors).toContainEqual(expected);
    }
    expect(ours.tensors).toHaveLength(official.tensors.length);
  });
});

/** The official file does not have the ranges that were seen, only what became of them: taken over by name. */
function quantizeLike(float: Graph, official: Graph): Graph {
  const activations = official.tensors.filter(({ data }) => data === undefined);
  const parameters = new Map<Range, Tensor["quantization"]>();
  const tensors: Record<string, Range> = {};
  for (const { name, quantization } of activations) {
    tensors[name] = { min: 0, max: 0 };
    parameters.set(tensors[name], quantization);
  }
  const ranges: Ranges = { samples: 1, tensors };
  const scheme = int8Scheme();
  return quantizeGraph(float, ranges, {
    ...scheme,
    activations: {
      type: "int8",
      quantizationOf: (range) => parameters.get(range),
    } as Scheme["activations"],
  });
}
