import { backend_util } from "@tensorflow/tfjs-core";

/**
 * A convolution's sizes as its gradients need them. Images are NHWC and already padded: every tap of
 * the filter meets a pixel at every output position.
 */
export interface Convolution {
  readonly batch: number;
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
  /** Padding and the image: what the filter sees. */
  readonly paddedHeight: number;
  readonly paddedWidth: number;
  /** Where the image lies in its padding. */
  readonly image: {
    readonly top: number;
    readonly left: number;
    readonly height: number;
    readonly width: number;
  };
}

/** As the kernels of TensorFlow.js get them. */
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
  { strides, dilations = 1, pad, dimRoundingMode, dataFormat = "NHWC" }: ConvolutionAttributes,
  shapes: {
    readonly x: readonly number[];
    readonly dy: readonly number[];
    readonly filter: readonly number[];
  },
  depthwise: boolean,
): Convolution {
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
    paddedHeight: Math.max(
      (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight,
      info.padInfo.top + info.inHeight,
    ),
    paddedWidth: Math.max(
      (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth,
      info.padInfo.left + info.inWidth,
    ),
    image: {
      top: info.padInfo.top,
      left: info.padInfo.left,
      height: info.inHeight,
      width: info.inWidth,
    },
  };
}

/** images [batch, height, width, inChannels] → [batch, paddedHeight, paddedWidth, inChannels], with zeros */
export function padded(images: Float32Array, convolution: Convolution): Float32Array {
  if (!hasPadding(convolution)) return images;
  const { batch, paddedHeight, paddedWidth, inChannels } = convolution;
  const result = new Float32Array(batch * paddedHeight * paddedWidth * inChannels);
  forEachRow(convolution, (start, end, paddedStart) => {
    result.set(images.subarray(start, end), paddedStart);
  });
  return result;
}

/** The inverse of `padded`, into `images`. */
export function unpadInto(
  images: Float32Array,
  withPadding: Float32Array,
  convolution: Convolution,
): void {
  forEachRow(convolution, (start, end, paddedStart) => {
    images.set(withPadding.subarray(paddedStart, paddedStart + end - start), start);
  });
}

export function hasPadding({ paddedHeight, paddedWidth, image }: Convolution): boolean {
  return paddedHeight !== image.height || paddedWidth !== image.width;
}

function forEachRow(
  { batch, paddedHeight, paddedWidth, inChannels, image }: Convolution,
  action: (start: number, end: number, paddedStart: number) => void,
): void {
  const rowSize = image.width * inChannels;
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < image.height; y++) {
      const start = (b * image.height + y) * rowSize;
      const paddedRow = (b * paddedHeight + image.top + y) * paddedWidth + image.left;
      action(start, start + rowSize, paddedRow * inChannels);
    }
  }
}
