import path from "node:path";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { describe, expect, test } from "vitest";
import {
  type Activation,
  type Graph,
  type GraphBuilder,
  graphBuilder,
  perAxis,
  perTensor,
  type TensorId,
} from "@smidgen/graph";
import { findUnsupported } from "@smidgen/kernels";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf, goldenModels, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { readTflite, writeTflite } from "@smidgen/tflite";

const patience = 60_000;
const runtimes = [
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
];

const models = [
  ...goldenModels(path.join(import.meta.dirname, "golden")),
  ...goldenModels().filter(({ name }) => !name.startsWith("s_")),
]
  .filter(({ meta }) => !meta.stateful && meta.inputs.every(({ type }) => type === "INT8"))
  .map(({ name, model, file }) => ({ name, model, inputs: file("inputs.bin") as Uint8Array }))
  .filter(({ model }) => findUnsupported(readTflite(model)).length === 0);

describe.each(runtimes)("with single rounding, $runtime", ({ load }) => {
  test.each(models)(
    "agrees on every byte of $name",
    async ({ model, inputs }) => {
      const official = await load(model);
      const interpreter = createInterpreter(readTflite(model), { rounding: "single" });
      const input = bytesOf(interpreter.inputs[0]?.data as Int8Array);
      for (let start = 0; start < inputs.length; start += input.length) {
        const sample = inputs.subarray(start, start + input.length);
        input.set(sample);
        interpreter.run();
        const [expected] = official.run([sample]);
        expect(bytesOf(interpreter.outputs[0]?.data as Int8Array)).toEqual(expected);
      }
    },
    patience,
  );

  test.each(["conv-2d", "depthwise-conv-2d", "fully-connected"] as const)(
    "agrees on every byte of forty drawn %s layers",
    async (kind) => {
      const draw = drawing(7);
      const graph = layersSideBySide(kind, 40, draw);
      const official = await load(writeTflite(graph));
      const interpreter = createInterpreter(graph, { rounding: "single" });
      for (const { data } of interpreter.inputs) {
        (data as Int8Array).set(draw.int8s(data.length));
      }
      const expected = official.run(interpreter.inputs.map(({ data }) => data.slice()));
      interpreter.run();
      expect(interpreter.outputs.map(({ data }) => bytesOf(data))).toEqual(expected);
    },
    patience,
  );
});

type Weighted = "conv-2d" | "depthwise-conv-2d" | "fully-connected";

/** Each layer has an input and an output of its own, so that one model judges all. */
function layersSideBySide(kind: Weighted, count: number, draw: Drawing): Graph {
  const b = graphBuilder(kind);
  const outputs = Array.from({ length: count }, (_, i) => addLayer(b, kind, i, draw));
  return b.build(outputs);
}

function addLayer(b: GraphBuilder, kind: Weighted, i: number, draw: Drawing): TensorId {
  const inputScale = draw.scale(0.01, 0.1);
  const outputScale = draw.scale(0.05, 0.3);
  const zeroPoint = () => draw.int(-128, 127);
  const depth = draw.int(1, 5);
  const units = draw.int(1, 9);
  const height = draw.int(1, 3);
  const width = draw.int(1, 3);
  const input = b.input(`input ${i}`, {
    type: "int8",
    shape: kind === "fully-connected" ? [2, depth] : [1, draw.int(5, 9), draw.int(5, 9), depth],
    quantization: perTensor(inputScale, zeroPoint()),
  });
  const multiplier = draw.int(1, 3);
  const shapes = {
    "fully-connected": [units, depth],
    "conv-2d": [units, height, width, depth],
    "depthwise-conv-2d": [1, height, width, depth * multiplier],
  };
  const shape = shapes[kind];
  const axis = kind === "depthwise-conv-2d" ? 3 : 0;
  const channels = shape[axis] as number;
  // TensorFlow Lite's older fully-connected kernel rounds ties of filters with several scales in another way.
  const isPerAxis = channels > 1 && kind !== "fully-connected" && draw.int(0, 2) > 0;
  const scales = Array.from({ length: isPerAxis ? channels : 1 }, () => draw.scale(0.002, 0.02));
  const biasScales = scales.map((scale) => Math.fround(inputScale * scale));
  const quantized = (values: readonly number[], along: number) =>
    isPerAxis ? perAxis(along, values) : perTensor(values[0] as number, 0);
  const filter = b.constant(`filter ${i}`, {
    type: "int8",
    shape,
    data: draw.int8s(shape.reduce((product, size) => product * size, 1)).map((w) => w || 1),
    quantization: quantized(scales, axis),
  });
  const bias = b.constant(`bias ${i}`, {
    type: "int32",
    shape: [channels],
    data: Int32Array.from({ length: channels }, () => draw.int(-3_000, 3_000)),
    quantization: quantized(biasScales, 0),
  });
  const activation = (["none", "relu", "relu6", "relu-n1-to-1"] as const satisfies Activation[])[
    draw.int(0, 3)
  ] as Activation;
  const output = {
    name: `output ${i}`,
    type: "int8",
    quantization: perTensor(outputScale, zeroPoint()),
  } as const;
  if (kind === "fully-connected") {
    return b.op(kind, [input, filter, bias], { activation, keepNumDims: false }, output);
  }
  // The official kernels take strides or dilation, not both, and equal strides. The older TensorFlow Lite reads
  // beside the image where a stride with `same` padding is longer than the filter.
  const stride = draw.int(1, Math.min(height, width));
  const dilation = stride === 1 ? draw.int(1, 2) : 1;
  const options = {
    padding: draw.int(0, 1) === 0 ? "same" : "valid",
    strideHeight: stride,
    strideWidth: stride,
    dilationHeight: dilation,
    dilationWidth: dilation,
    activation,
  } as const;
  return kind === "conv-2d"
    ? b.op(kind, [input, filter, bias], options, output)
    : b.op(kind, [input, filter, bias], { ...options, depthMultiplier: multiplier }, output);
}

interface Drawing {
  int(min: number, max: number): number;
  int8s(count: number): Int8Array;
  /** A float32; every other one a power of two, so that ties are common. */
  scale(min: number, max: number): number;
}

function drawing(seed: number): Drawing {
  const random = xoroshiro128plus(seed);
  const int = (min: number, max: number) => uniformInt(random, min, max);
  return {
    int,
    int8s: (count) => Int8Array.from({ length: count }, () => int(-127, 127)),
    scale(min, max) {
      const scale = min * (max / min) ** uniformFloat64(random);
      return Math.fround(int(0, 1) === 0 ? scale : 2 ** Math.round(Math.log2(scale)));
    },
  };
}
