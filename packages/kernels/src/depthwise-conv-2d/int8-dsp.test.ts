import { expect, test } from "vitest";
import { depthwiseConv2dInt8AsConvDsp, depthwiseConv2dInt8Dsp } from "./int8-dsp.ts";
import type { DepthwiseConv2dInt8Params } from "./int8.ts";

/** filter [2, 1, channels × multiplier] */
const layer = (filter: readonly number[], depthMultiplier = 1): DepthwiseConv2dInt8Params => ({
  batches: 1,
  inputHeight: 4,
  inputWidth: 4,
  inputChannels: filter.length / 2 / depthMultiplier,
  outputHeight: 3,
  outputWidth: 4,
  outputChannels: filter.length / 2,
  depthMultiplier,
  filterHeight: 2,
  filterWidth: 1,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  paddingTop: 0,
  paddingLeft: 0,
  filter: Int8Array.from(filter),
  bias: new Int32Array(filter.length / 2),
  multiplier: new Int32Array(filter.length / 2).fill(2 ** 30),
  shift: new Int8Array(filter.length / 2).fill(-9),
  singleRounding: 0,
  inputOffset: 7,
  outputZeroPoint: 3,
  activationMin: -128,
  activationMax: 127,
});

test("a word has the weights of four channels, cell after cell", () => {
  const packed = depthwiseConv2dInt8Dsp(
    layer([1, 2, 3, 4, 5, 6, 7, 8, /**/ -1, 20, 30, 40, 50, 60, 70, 80]),
  );
  const words = [0x04030201, 0x281e14ff, 0x08070605, 0x50463c32];
  expect(packed?.params["weights"]).toEqual(Int32Array.from(words));
});

test("the input's zero point joins the bias, and pads", () => {
  const packed = depthwiseConv2dInt8Dsp(layer([1, 2, 3, 4, /**/ 10, 20, 30, 40]));
  expect(packed?.params).toMatchObject({
    padding: Int8Array.of(-7, -7, -7, -7),
    requantization: { twice_bias: Int32Array.of(11, 22, 33, 44).map((sum) => 2 * 7 * sum) },
  });
});

test("channels that are not a multiple of 4, or have several outputs, are left to others", () => {
  expect(depthwiseConv2dInt8Dsp(layer([1, 2, 3, 4, 5, 6]))).toBeUndefined();
  expect(depthwiseConv2dInt8Dsp(layer([1, 2, 3, 4, 5, 6, 7, 8], 2))).toBeUndefined();
  expect(depthwiseConv2dInt8AsConvDsp(layer([1, 2, 3, 4]))).toBeUndefined();
});

test("of a single channel it is a convolution", () => {
  const packed = depthwiseConv2dInt8AsConvDsp(layer([1, 2, /**/ 3, 4], 2));
  expect(packed?.params).toMatchObject({
    output_channels: 2,
    weights: Int32Array.of(256 * 2 + 1, 0, 0, 0, 256 * 4 + 3, 0, 0, 0),
  });
});
