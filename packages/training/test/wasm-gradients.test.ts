import * as tf from "@tensorflow/tfjs-core";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { selectBackend } from "@smidgen/training";

// Two judges that share no code with our kernels: the kernels of tfjs-cpu, and the forward kernels. A
// convolution is linear in its input and in its filter, so that ⟨gradient, v⟩ = ⟨dy, convolution of v⟩
// for any v.

vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  await selectBackend("cpu");
  await selectBackend("wasm");
});

type Pad = "valid" | "same";

interface Case {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  /** Of a depthwise convolution: the depth multiplier. */
  readonly outChannels: number;
  readonly filter: readonly [height: number, width: number];
  readonly strides: readonly [height: number, width: number];
  readonly pad: Pad;
}

const cases = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    inChannels: fc.integer({ min: 1, max: 5 }),
    outChannels: fc.integer({ min: 1, max: 9 }),
    filter: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pad: fc.constantFrom<Pad>("valid", "same"),
  })
  .filter(
    ({ height, width, filter, pad }) =>
      pad === "same" || (height >= filter[0] && width >= filter[1]),
  );

/** Where tfjs-wasm computes `same` convolutions right; past it, a judge less. */
function isForwardRight({ filter, strides }: Case): boolean {
  return strides[0] <= filter[0] && strides[1] <= filter[1];
}

function operands({ batch, height, width, inChannels, outChannels, filter }: Case) {
  return {
    x: values([batch, height, width, inChannels], 1) as tf.Tensor4D,
    w: values([...filter, inChannels, outChannels], 2) as tf.Tensor4D,
  };
}

const runs = { numRuns: 60, seed: 7 };

test.each(["filter", "input"] as const)("the %s gradient of a convolution", (wanted) => {
  fc.assert(
    fc.property(cases, (each) => {
      const { x, w } = operands(each);
      const { strides, pad } = each;
      const ofFilter = (weights: tf.Tensor4D) => tf.conv2d(x, weights, [...strides], pad);
      const ofInput = (images: tf.Tensor4D) => tf.conv2d(images, w, [...strides], pad);
      const judges = { linear: isForwardRight(each), sameOnCpu: true };
      const difference =
        wanted === "filter" ? disagreement(ofFilter, w, judges) : disagreement(ofInput, x, judges);
      expect(difference).toBeLessThan(1e-5);
    }),
    runs,
  );
});

describe("depthwise convolution", () => {
  test.each(["filter", "input"] as const)("the %s gradient", (wanted) => {
    fc.assert(
      fc.property(cases, (each) => {
        const { x, w } = operands(each);
        const { strides, pad } = each;
        const ofFilter = (weights: tf.Tensor4D) =>
          tf.depthwiseConv2d(x, weights, [...strides], pad);
        const ofInput = (images: tf.Tensor4D) => tf.depthwiseConv2d(images, w, [...strides], pad);
        const judges = { linear: isForwardRight(each), sameOnCpu: true };
        const difference =
          wanted === "filter"
            ? disagreement(ofFilter, w, judges)
            : disagreement(ofInput, x, judges);
        expect(difference).toBeLessThan(1e-5);
      }),
      runs,
    );
  });

  test.each([
    [[2, 2], "valid"],
    [[2, 3], "same"],
  ] as const)("dilated by %j, %s", (dilations, pad) => {
    const x = values([2, 8, 9, 3], 1) as tf.Tensor4D;
    const w = values([3, 2, 3, 2], 2) as tf.Tensor4D;
    const convolve = (images: tf.Tensor4D, weights: tf.Tensor4D) =>
      tf.depthwiseConv2d(images, weights, 1, pad, "NHWC", [...dilations]);
    const dy = values(convolve(x, w).shape, 3);
    const attributes = { strides: [1, 1], pad, dilations: [...dilations] };
    const dFilter: tf.Tensor = tf
      .engine()
      .runKernel(
        tf.DepthwiseConv2dNativeBackpropFilter,
        { x, dy },
        { ...attributes, filterShape: w.shape },
      );
    const dInput: tf.Tensor = tf
      .engine()
      .runKernel(
        tf.DepthwiseConv2dNativeBackpropInput,
        { dy, filter: w },
        { ...attributes, inputShape: x.shape },
      );
    const otherW = values(w.shape, 4) as tf.Tensor4D;
    const otherX = values(x.shape, 5) as tf.Tensor4D;
    expect(dot(dFilter, otherW)).toBeCloseTo(dot(dy, convolve(x, otherW)), 3);
    expect(dot(dInput, otherX)).toBeCloseTo(dot(dy, convolve(otherX, w)), 3);
  });
});

describe("pooling", () => {
  // whole numbers from −3 to 3: many ties, and windows without a positive value
  test("the gradient of max-pooling", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { filter, strides, pad } = each;
        const x = tf.round(operands(each).x);
        const pool = (images: tf.Tensor4D) => tf.maxPool(images, [...filter], [...strides], pad);
        expect(disagreement(pool, x, { linear: false, sameOnCpu: true })).toBeLessThan(1e-5);
      }),
      runs,
    );
  });

  test("the gradient of average-pooling", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { filter, strides, pad } = each;
        const { x } = operands(each);
        const pool = (images: tf.Tensor4D) => tf.avgPool(images, [...filter], [...strides], pad);
        // tfjs-cpu counts padding in the gradient that it does not count in the average
        const judges = { linear: true, sameOnCpu: pad === "valid" };
        expect(disagreement(pool, x, judges)).toBeLessThan(1e-5);
      }),
      runs,
    );
  });

  test("a window of equal pixels sends all to the first", () => {
    const x = tf.mul(tf.ones([1, 2, 2, 1]), -5);
    const gradient = tf.grad((images) => tf.maxPool(images as tf.Tensor4D, 2, 2, "valid"))(x);
    expect([...gradient.dataSync()]).toEqual([1, 0, 0, 0]);
  });
});

test("matrix products with transposed operands", () => {
  const size = fc.integer({ min: 1, max: 9 });
  const batch = fc.constantFrom<number[]>([], [1], [2], [1, 1], [2, 3]);
  fc.assert(
    fc.property(batch, size, size, size, fc.boolean(), fc.boolean(), (outer, m, k, n, ta, tb) => {
      const a = values([...outer, ...(ta ? [k, m] : [m, k])], 1);
      const b = values([...outer, ...(tb ? [n, k] : [k, n])], 2);
      const multiply = () => tf.matMul(a, b, ta, tb);
      expect(distance(multiply(), onCpu(multiply))).toBeLessThan(1e-5);
    }),
    runs,
  );
});

// tf.conv2d with such padding can go out of bounds on wasm, so the kernels are called by themselves
test.each([
  [1, [4, 4]],
  [
    [
      [0, 0],
      [0, 2],
      [1, 0],
      [0, 0],
    ],
    [4, 3],
  ],
] as const)("padding in numbers, %j", (pad, [outHeight, outWidth]) => {
  const attributes = { strides: [1, 1], pad, dilations: [1, 1], dataFormat: "NHWC" };
  const x = values([2, 4, 4, 3], 1);
  const dyOf = (channels: number) => values([2, outHeight, outWidth, channels], 2);
  const filter = values([3, 3, 3, 2], 3);
  const filterShape = filter.shape;
  for (const [kernel, inputs, shapes] of [
    [tf.Conv2DBackpropFilter, { x, dy: dyOf(2) }, { filterShape }],
    [tf.DepthwiseConv2dNativeBackpropFilter, { x, dy: dyOf(6) }, { filterShape }],
    [tf.DepthwiseConv2dNativeBackpropInput, { dy: dyOf(6), filter }, { inputShape: x.shape }],
  ] as const) {
    const run = (): tf.Tensor =>
      tf.engine().runKernel(kernel, inputs, { ...attributes, ...shapes });
    expect(distance(run(), onCpu(run))).toBeLessThan(1e-5);
  }
});

test("other layouts than NHWC are refused", () => {
  const attributes = {
    strides: [1, 1],
    pad: "valid",
    dataFormat: "NCHW",
    filterShape: [1, 1, 1, 1],
  };
  const inputs = { x: tf.ones([1, 1, 2, 2]), dy: tf.ones([1, 1, 2, 2]) };
  expect(() => tf.engine().runKernel(tf.Conv2DBackpropFilter, inputs, attributes)).toThrow(
    /NHWC, not NCHW/,
  );
});

test("a gradient of the wrong shape is refused", () => {
  const attributes = { strides: [1, 1], pad: "valid", filterShape: [2, 2, 1, 1] };
  const inputs = { x: tf.ones([1, 4, 4, 1]), dy: tf.ones([1, 4, 4, 1]) };
  expect(() => tf.engine().runKernel(tf.Conv2DBackpropFilter, inputs, attributes)).toThrow(
    /dy is \[1, 4, 4, 1\], the convolution puts out \[1, 3, 3, 1\]/,
  );
});

/** How far the worst judge is from the gradient of the wasm backend, relative to the largest value. */
function disagreement(
  operation: (x: tf.Tensor4D) => tf.Tensor,
  x: tf.Tensor4D,
  judges: { linear: boolean; sameOnCpu: boolean },
): number {
  const dy = values(operation(x).shape, 3);
  const differentiate = () => tf.grad(operation as (x: tf.Tensor) => tf.Tensor)(x, dy);
  const gradient = differentiate();
  const fromCpu = judges.sameOnCpu ? distance(gradient, onCpu(differentiate)) : 0;
  if (!judges.linear) return fromCpu;
  const other = values(x.shape, 4) as tf.Tensor4D;
  const [ours, forward] = [dot(gradient, other), dot(dy, operation(other))];
  const scale = Math.sqrt(dot(gradient, gradient) * dot(other, other));
  return Math.max(fromCpu, Math.abs(ours - forward) / Math.max(1, scale));
}

/** Uniform from −3 to 3 in steps of 1/100. */
function values(shape: readonly number[], seed: number): tf.Tensor {
  const random = xoroshiro128plus(seed);
  const size = shape.reduce((product, each) => product * each, 1);
  const data = Float32Array.from({ length: size }, () => uniformInt(random, -300, 300) / 100);
  return tf.tensor(data, [...shape]);
}

function onCpu<T extends tf.Tensor>(compute: () => T): T {
  const backend = tf.getBackend();
  void tf.setBackend("cpu");
  try {
    const result = compute();
    result.dataSync();
    return result;
  } finally {
    void tf.setBackend(backend);
  }
}

/** Infinite for different shapes, and for NaN. */
function distance(actual: tf.Tensor, expected: tf.Tensor): number {
  if (actual.shape.join() !== expected.shape.join()) return Infinity;
  const wanted = expected.dataSync();
  const found = actual.dataSync();
  let largest = 1;
  let most = 0;
  for (const [index, value] of wanted.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const difference = Math.abs(found[index]! - value);
    most = Math.max(most, Number.isNaN(difference) ? Infinity : difference);
  }
  return most / largest;
}

function dot(a: tf.Tensor, b: tf.Tensor): number {
  const other = b.dataSync();
  return [...a.dataSync()].reduce((sum, value, index) => sum + value * other[index]!, 0);
}
