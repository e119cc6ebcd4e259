import { backend_util } from "@tensorflow/tfjs-core";

/** A pooling's sizes as its gradient needs them. Images are NHWC. */
export interface Pool {
  readonly batch: number;
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** As the kernels of TensorFlow.js get them. */
export interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** @throws Error when dy does not have the shape that the pooling puts out */
export function poolOf(
  kernel: string,
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
  shapes: { readonly x: readonly number[]; readonly dy: readonly number[] },
): Pool {
  const info = backend_util.computePool2DInfo(
    shapes.x as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  if (info.outShape.join() !== shapes.dy.join()) {
    throw new Error(
      `${kernel}: dy is [${shapes.dy.join(", ")}], the pooling puts out [${info.outShape.join(", ")}]`,
    );
  }
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** The part of a pooling window that lies on the image, `first … last − 1` along one axis. */
export function windowRange(
  outPosition: number,
  stride: number,
  pad: number,
  filterSize: number,
  inSize: number,
): { readonly first: number; readonly last: number } {
  const start = outPosition * stride - pad;
  return { first: Math.max(0, start), last: Math.min(inSize, start + filterSize) };
}
