import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  elementCount,
  type Graph,
  graphBuilder,
  type Padding,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import {
  calibrate,
  compareScores,
  correctBias,
  equaliseLayers,
  quantizeGraph,
  roundAdaptively,
  type Scheme,
} from "@smidgen/quantize";
import { createInterpreter, dequantize, quantizeInto, type TensorView } from "@smidgen/runtime";
import { roundFilter } from "../src/corrections/round-filter.ts";
import { onGrid } from "../src/corrections/weight-grid.ts";
import { floats } from "./floats.ts";
import { samplesOf } from "./samples.ts";

interface Shape {
  readonly seed: number;
  readonly activation: "none" | "relu" | "relu6";
  readonly spread: number;
  readonly padding: Padding;
}

/** conv → depthwise → max-pool → flatten → dense; channels differ in size by powers of `spread`, which the next layer undoes. */
function chain({ seed, activation, spread, padding }: Shape): Graph {
  const b = graphBuilder("chain");
  const random = floats(seed);
  const constant = (
    name: string,
    shape: readonly number[],
    exponentOf: (position: number) => number = () => 0,
  ) => {
    const values = random(
      shape.reduce((x, y) => x * y, 1),
      0.5,
    );
    const data = values.map((value, i) => value * spread ** exponentOf(i));
    return b.constant(name, { type: "float32", shape, data });
  };
  const window = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padding };
  const x = b.input("x", { type: "float32", shape: [1, 6, 6, 2] });
  const conv = b.op(
    "conv-2d",
    [
      x,
      constant("conv/filter", [4, 3, 3, 2], (i) => Math.floor(i / 18)),
      constant("conv/bias", [4], (i) => i),
    ],
    { ...window, activation },
    { name: "conv", type: "float32" },
  );
  const depthwise = b.op(
    "depthwise-conv-2d",
    [
      conv,
      constant("dw/filter", [1, 2, 2, 8], (i) => -Math.floor((i % 8) / 2)),
      constant("dw/bias", [8]),
    ],
    { ...window, depthMultiplier: 2, activation: "relu" },
    { name: "dw", type: "float32" },
  );
  const pool = b.op(
    "max-pool-2d",
    [depthwise],
    {
      padding: "valid",
      strideHeight: 2,
      strideWidth: 2,
      filterHeight: 2,
      filterWidth: 2,
      activation: "none",
    },
    { name: "pool", type: "float32" },
  );
  const cells = tensorOf({ tensors: [b.tensor(pool)] }, 0 as TensorId).shape;
  const count = cells.reduce((p, q) => p * q, 1);
  const flat = b.op(
    "reshape",
    [pool, undefined],
    { newShape: [1, count] },
    { name: "flat", type: "float32" },
  );
  const dense = b.op(
    "fully-connected",
    [flat, constant("dense/filter", [5, count]), undefined],
    { activation: "none", keepNumDims: false },
    { name: "dense", type: "float32" },
  );
  return b.build([dense]);
}

const shapes = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  activation: fc.constantFrom("none" as const, "relu" as const),
  spread: fc.constantFrom(0.2, 1, 3),
  padding: fc.constantFrom<Padding>("same", "valid"),
});

function outputOf(graph: Graph, sample: readonly Float32Array[]): Float32Array {
  const { inputs, outputs, run } = createInterpreter(graph);
  for (const [i, values] of sample.entries()) quantizeInto(inputs[i] as TensorView, values);
  run();
  return dequantize(outputs[0] as TensorView).slice();
}

/** Largest magnitude by what each position belongs to. */
function largestBy(graph: Graph, name: string, of: (position: number) => number): number[] {
  const largest: number[] = [];
  const data = graph.tensors.find((tensor) => tensor.name === name)?.data as Float32Array;
  for (const [i, value] of data.entries()) {
    largest[of(i)] = Math.max(largest[of(i)] ?? 0, Math.abs(value));
  }
  return largest;
}

describe("equalisation", () => {
  test.each(["activations", "weights"] as const)(
    "by %s leaves what the network computes as it is",
    (balance) => {
      fc.assert(
        fc.property(shapes, (shape) => {
          const graph = chain(shape);
          const samples = samplesOf(graph, 5, 3);
          const equalised = equaliseLayers(graph, { balance, samples });
          for (const sample of samples) {
            const [exact, actual] = [outputOf(graph, sample), outputOf(equalised, sample)];
            const size = Math.max(...exact.map(Math.abs));
            for (const [i, value] of exact.entries()) {
              expect(Math.abs((actual[i] as number) - value)).toBeLessThan(1e-5 * size);
            }
          }
        }),
        { numRuns: 25 },
      );
    },
  );

  test("by weights makes each channel as large before as after, but for one factor", () => {
    const graph = chain({ seed: 3, activation: "relu", spread: 5, padding: "same" });
    const ratios = (g: Graph) => {
      const before = largestBy(g, "conv/filter", (i) => Math.floor(i / 18));
      const after = largestBy(g, "dw/filter", (i) => Math.floor((i % 8) / 2));
      return before.map((each, channel) => each / (after[channel] as number));
    };
    const spread = (values: readonly number[]) => Math.max(...values) / Math.min(...values);
    expect(spread(ratios(graph))).toBeGreaterThan(1000);
    expect(spread(ratios(equaliseLayers(graph, { balance: "weights" })))).toBeLessThan(1.01);
  });

  test("leaves relu6 alone where it clips, and makes it relu where no sample comes that far", () => {
    const graph = chain({ seed: 3, activation: "relu6", spread: 3, padding: "same" });
    const loud = samplesOf(graph, 1, 4).map((sample) => sample.map((x) => x.map((v) => v * 100)));
    const quiet = loud.map((sample) => sample.map((x) => x.map((v) => v / 10_000)));
    const conv = (g: Graph) => g.tensors.find(({ name }) => name === "conv/filter")?.data;
    const activation = (g: Graph) => g.ops[0]?.options as { activation: string };
    const kept = equaliseLayers(graph, { balance: "weights", samples: loud });
    expect(activation(kept).activation).toBe("relu6");
    expect(conv(kept)).toEqual(conv(graph));
    const blind = equaliseLayers(graph, { balance: "weights" });
    expect(activation(blind).activation).toBe("relu6");
    const changed = equaliseLayers(graph, { balance: "weights", samples: quiet });
    expect(activation(changed).activation).toBe("relu");
    expect(conv(changed)).not.toEqual(conv(graph));
  });

  test("does not touch what leaves the graph, or is read twice", () => {
    const graph = chain({ seed: 4, activation: "relu", spread: 4, padding: "same" });
    const conv = graph.ops[0]?.outputs[0] as TensorId;
    const watched = { ...graph, outputs: [...graph.outputs, conv] };
    const equalised = equaliseLayers(watched, { balance: "weights" });
    const filter = (g: Graph) => g.tensors.find(({ name }) => name === "conv/filter")?.data;
    expect(filter(equalised)).toEqual(filter(graph));
  });

  test("recovers what per-tensor scales lose", () => {
    const graph = chain({ seed: 5, activation: "relu", spread: 8, padding: "same" });
    const samples = samplesOf(graph, 2, 20);
    const scheme: Scheme = { default: "int8", convWeights: "per-tensor" };
    const sqnr = (g: Graph) =>
      compareScores(graph, quantizeGraph(g, calibrate(g, samples), scheme), samples).sqnrDb;
    expect(sqnr(equaliseLayers(graph, { balance: "weights" }))).toBeGreaterThan(sqnr(graph) + 3);
  });
});

describe("bias correction", () => {
  test("takes the mean error off each output", () => {
    const graph = chain({ seed: 8, activation: "relu", spread: 1, padding: "valid" });
    const samples = samplesOf(graph, 3, 40);
    const scheme: Scheme = { default: "int8", convWeights: "per-tensor" };
    const quantized = quantizeGraph(graph, calibrate(graph, samples), scheme);
    const corrected = correctBias(quantized, graph, samples);
    const meanError = (g: Graph) => {
      const sums = new Float64Array(5);
      for (const sample of samples) {
        const [exact, actual] = [outputOf(graph, sample), outputOf(g, sample)];
        for (const i of sums.keys()) {
          sums[i] =
            (sums[i] as number) + ((actual[i] as number) - (exact[i] as number)) / samples.length;
        }
      }
      return Math.hypot(...sums);
    };
    expect(meanError(corrected)).toBeLessThan(meanError(quantized) / 3);
  });

  test("gives a layer without bias one, and changes nothing but biases", () => {
    const graph = chain({ seed: 8, activation: "relu", spread: 1, padding: "valid" });
    const samples = samplesOf(graph, 3, 10);
    const quantized = quantizeGraph(graph, calibrate(graph, samples));
    const corrected = correctBias(quantized, graph, samples);
    const last = corrected.ops.at(-1)?.inputs[2] as TensorId;
    expect(tensorOf(corrected, last)).toMatchObject({ name: "dense/bias", type: "int32" });
    for (const [i, tensor] of quantized.tensors.entries()) {
      const { name, data, ...rest } = tensor;
      expect(corrected.tensors[i]).toMatchObject({ name, ...rest });
      const isBias = name.endsWith("/bias");
      expect(isBias || isDeepStrictEqual(corrected.tensors[i]?.data, data)).toBe(true);
    }
  });
});

describe("adaptive rounding", () => {
  const scheme: Scheme = { default: "int8", denseWeights: "per-channel" };

  test.each(["int8", "int4"] as const)("gives weights that %s keeps as they are", (bits) => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const graph = chain(shape);
        const narrow: Scheme = { default: bits, denseWeights: "per-channel" };
        const samples = samplesOf(graph, 2, 6);
        const rounded = roundAdaptively(graph, { scheme: narrow, samples });
        const quantized = quantizeGraph(rounded, calibrate(graph, samples), narrow);
        for (const [id, { name, data, quantization }] of quantized.tensors.entries()) {
          if (!name.endsWith("/filter") || quantization === undefined) continue;
          const floatsOf = rounded.tensors[id]?.data as Float32Array;
          const scales = quantization.kind === "per-axis" ? quantization.scales : [];
          const axis = quantization.kind === "per-axis" ? quantization.axis : 0;
          const tensor = quantized.tensors[id];
          const inner = (tensor?.shape ?? []).slice(axis + 1).reduce((a, b) => a * b, 1);
          for (const [i, value] of floatsOf.entries()) {
            const scale = scales[Math.floor(i / inner) % scales.length] as number;
            expect(Math.abs(Number(data?.[i]) * scale - value)).toBeLessThan(1e-5 * scale * 127);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  test("takes each output channel's inputs, whatever the kind of convolution and its scales", () => {
    const b = graphBuilder("one channel");
    const random = floats(11);
    const constant = (name: string, shape: readonly number[]) =>
      b.constant(name, { type: "float32", shape, data: random(elementCount(shape), 1) });
    const x = b.input("x", { type: "float32", shape: [1, 5, 5, 4] });
    const window = {
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      padding: "same",
      activation: "none",
    } as const;
    const float32 = (name: string) => ({ name, type: "float32" }) as const;
    const dw = b.op(
      "depthwise-conv-2d",
      [x, constant("dw/filter", [1, 3, 3, 8]), undefined],
      { ...window, depthMultiplier: 2 },
      float32("dw"),
    );
    const groups = b.op(
      "conv-2d",
      [dw, constant("groups/filter", [4, 3, 3, 4]), undefined],
      window,
      float32("groups"),
    );
    const one = b.op(
      "conv-2d",
      [groups, constant("one/filter", [1, 3, 3, 4]), undefined],
      window,
      float32("one"),
    );
    const graph = b.build([one]);
    const samples = samplesOf(graph, 4, 8);
    const narrow: Scheme = { default: "int4", convWeights: "per-tensor" };
    const noise = (g: Graph) =>
      compareScores(graph, quantizeGraph(g, calibrate(graph, samples), narrow), samples)
        .noiseToSignal;
    expect(noise(roundAdaptively(graph, { scheme: narrow, samples, clip: false }))).toBeLessThan(
      0.7 * noise(graph),
    );
  });

  test("gives the same bytes each time", () => {
    const graph = chain({ seed: 2, activation: "relu", spread: 1, padding: "same" });
    const samples = samplesOf(graph, 2, 6);
    const once = roundAdaptively(graph, { scheme, samples, seed: 5 });
    expect(roundAdaptively(graph, { scheme, samples, seed: 5 })).toEqual(once);
  });

  test("each weight goes up or down by less than a step, and no sum gets worse than to the nearest", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 2, max: 24 }),
        (seed, depth) => {
          const random = floats(seed);
          const weights = random(depth * 3, 1);
          const columns = Array.from({ length: depth }, () => random(40, 1));
          const grid = { limit: 7, channelAxis: 0 };
          const shape = [3, depth];
          const rounded = roundFilter(weights, {
            outputAxis: 0,
            shape,
            grid,
            clip: false,
            inputsOf: () => columns,
          });
          const nearest = onGrid(weights, shape, grid);
          const cost = (values: Float32Array) => {
            let sum = 0;
            for (let unit = 0; unit < 3; unit++) {
              for (let row = 0; row < 40; row++) {
                let error = 0;
                for (let k = 0; k < depth; k++) {
                  const at = unit * depth + k;
                  error +=
                    ((values[at] as number) - (weights[at] as number)) *
                    (columns[k]?.[row] as number);
                }
                sum += error ** 2;
              }
            }
            return sum;
          };
          // The penalty on unseen inputs may give back a little.
          expect(cost(rounded)).toBeLessThanOrEqual(cost(nearest) * 1.05 + 1e-9);
          for (let unit = 0; unit < 3; unit++) {
            const slice = weights.subarray(unit * depth, (unit + 1) * depth);
            const scale = Math.max(...slice.map(Math.abs)) / 7;
            for (const [k, value] of slice.entries()) {
              expect(Math.abs((rounded[unit * depth + k] as number) - value)).toBeLessThan(
                scale * 1.001,
              );
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("finds the best of all roundings of a small layer, or close to it", () => {
    const depth = 10;
    const random = floats(77);
    const weights = random(depth, 1);
    const base = random(200, 1);
    // Inputs that go together: errors can cancel.
    const columns = Array.from({ length: depth }, () => {
      const own = random(200, 0.3);
      return base.map((value, row) => value + (own[row] as number));
    });
    const grid = { limit: 7, channelAxis: 0 };
    const shape = [1, depth];
    const scale = Math.fround(Math.max(...weights.map(Math.abs)) / 7);
    const cost = (values: ArrayLike<number>) => {
      let sum = 0;
      for (let row = 0; row < 200; row++) {
        let error = 0;
        for (let k = 0; k < depth; k++) {
          error += ((values[k] as number) - (weights[k] as number)) * (columns[k]?.[row] as number);
        }
        sum += error ** 2;
      }
      return sum;
    };
    let best = Infinity;
    for (let choice = 0; choice < 1 << depth; choice++) {
      const values = weights.map((w, k) => (Math.floor(w / scale) + ((choice >> k) & 1)) * scale);
      if (values.every((v) => Math.abs(v) <= 7.001 * scale)) best = Math.min(best, cost(values));
    }
    const rounded = roundFilter(weights, {
      shape,
      outputAxis: 0,
      grid,
      clip: false,
      inputsOf: () => columns,
    });
    expect(cost(onGrid(weights, shape, grid))).toBeGreaterThan(4 * best);
    expect(cost(rounded)).toBeLessThan(2 * best);
  });
});
