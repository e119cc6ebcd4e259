import { backend_util } from "@tensorflow/tfjs-core";

/** A convolution's sizes as its gradients need them. Images are NHWC. */
export interface Convolution {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Of a depthwise convolution: inChannels · depthMultiplier. */
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number];
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dataFormat?: string;
}

/** @throws Error when dy does not have the shape that the convolution puts out, or is not NHWC */
export function convolutionOf(
  kernel: string,
  attributes: ConvolutionAttributes,
  shapes: {
    readonly x: readonly number[];
    readonly dy: readonly number[];
    readonly filter: readonly number[];
  },
  depthwise: boolean,
): Convolution {
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat = "NHWC" } = attributes;
  if (dataFormat !== "NHWC") throw new Error(`${kernel} on wasm takes NHWC, not ${dataFormat}`);
  const info = backend_util.computeConv2DInfo(
    shapes.x as [number, number, number, number],
    shapes.filter as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
  if (info.outShape.join() !== shapes.dy.join()) {
    throw new Error(
      `${kernel}: dy is [${shapes.dy.join(", ")}], the convolution puts out [${info.outShape.join(", ")}]`,
    );
  }
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/**
 * Where a filter tap meets the image: the output positions `first … last − 1` along one axis, of which
 * position `o` reads input `o · stride + shift`.
 */
export function tapRange(
  tap: number,
  outSize: number,
  inSize: number,
  stride: number,
  dilation: number,
  pad: number,
): { first: number; last: number; shift: number } {
  const shift = tap * dilation - pad;
  const first = Math.max(0, Math.ceil(-shift / stride));
  const last = Math.min(outSize, Math.ceil((inSize - shift) / stride));
  return { first, last, shift };
}
