import { expect, test } from "vitest";
import { maxPool2dInt8Dsp } from "./int8-dsp.ts";

const pool = (inputChannels: number) => ({
  batches: 1,
  inputHeight: 4,
  inputWidth: 4,
  inputChannels,
  outputHeight: 2,
  outputWidth: 2,
  outputChannels: inputChannels,
  filterHeight: 2,
  filterWidth: 2,
  strideHeight: 2,
  strideWidth: 2,
  dilationHeight: 1,
  dilationWidth: 1,
  paddingTop: 0,
  paddingLeft: 0,
  activationMin: -2,
  activationMax: 100,
});

test("four channels are limited at a time", () => {
  const packed = maxPool2dInt8Dsp(pool(8));
  expect(packed?.params).toMatchObject({ activation_min: -0x01010102, activation_max: 0x64646464 });
});

test("channels that are not a multiple of 4 are left to the portable twin", () => {
  expect(maxPool2dInt8Dsp(pool(6))).toBeUndefined();
});
