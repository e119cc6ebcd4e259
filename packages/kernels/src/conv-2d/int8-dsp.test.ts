import { expect, test } from "vitest";
import { conv2dInt8Dsp } from "./int8-dsp.ts";
import type { Conv2dInt8Params } from "./int8.ts";

const layer = (filter: readonly number[], outputChannels: number): Conv2dInt8Params => ({
  batches: 1,
  inputHeight: 4,
  inputWidth: 4,
  inputChannels: 1,
  outputHeight: 4,
  outputWidth: 4,
  outputChannels,
  filterHeight: 1,
  filterWidth: filter.length / outputChannels,
  filterDepth: 1,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  paddingTop: 0,
  paddingLeft: 0,
  groups: 1,
  channelsPerGroup: outputChannels,
  filter: Int8Array.from(filter),
  bias: new Int32Array(outputChannels),
  multiplier: new Int32Array(outputChannels).fill(2 ** 30),
  shift: new Int8Array(outputChannels).fill(-9),
  singleRounding: 0,
  inputOffset: -5,
  outputZeroPoint: 3,
  activationMin: -128,
  activationMax: 127,
});

const words = (...quads: readonly (readonly number[])[]) => Int32Array.from(quads.flat());
const cells = (first: number, second: number) => (second << 16) | (first & 0xffff);

test("a halfword has the weights of two channels, a word those of every other cell", () => {
  const packed = conv2dInt8Dsp(layer([1, 2, 3, 4, 5, /**/ 10, 20, 30, 40, 50], 2));
  expect(packed?.params["weights"]).toEqual(
    words(
      [cells(256 * 10 + 1, 256 * 30 + 3), 0, cells(256 * 20 + 2, 256 * 40 + 4), 0],
      [cells(256 * 50 + 5, 0), 0, 0, 0],
    ),
  );
});

test("four channels are together, and what is missing of the last four is 0", () => {
  const packed = conv2dInt8Dsp(layer([1, 2, 3, -4, 5, 6], 6));
  expect(packed?.params["weights"]).toEqual(
    words([cells(256 * 2 + 1, 0), cells(256 * -4 + 3, 0), 0, 0], [cells(256 * 6 + 5, 0), 0, 0, 0]),
  );
});

test("the input's zero point joins the bias, and pads", () => {
  const packed = conv2dInt8Dsp(layer([1, 2, 3], 1));
  expect(packed?.params).toMatchObject({
    input_zero_point: 5,
    requantization: { twice_bias: Int32Array.of(2 * -5 * 6) },
  });
});

test("what would not be exact is left to the portable twin", () => {
  expect(conv2dInt8Dsp(layer([-1, -128], 2))).toBeUndefined();
  // The second channel has 24 bits: more than 516 products of 127 · 128 do not fit.
  const wide = (count: number) => layer([...Array(count).fill(1), ...Array(count).fill(127)], 2);
  expect(conv2dInt8Dsp(wide(516))).toBeDefined();
  expect(conv2dInt8Dsp(wide(517))).toBeUndefined();
  expect(conv2dInt8Dsp({ ...layer([1, 1], 2), groups: 2 })).toBeUndefined();
});
