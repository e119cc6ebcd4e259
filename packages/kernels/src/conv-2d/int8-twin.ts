import type { Packed } from "../c-twin.ts";
import { packDotProducts } from "../dot-products.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { packDilatedWindow } from "../window-twin.ts";
import type { Conv2dInt8Params } from "./int8.ts";

/** Padding becomes the input's zero point, so that this can be folded into the bias. */
export function conv2dInt8Twin(params: Conv2dInt8Params): Packed {
  const { groups, filter, bias, filterHeight, filterWidth, filterDepth } = params;
  const inputZeroPoint = 0 - params.inputOffset;
  const depth = filterHeight * filterWidth * filterDepth;
  const isInPlace = hasWindowsInOnePiece(params);
  return {
    params: {
      ...packDilatedWindow(params),
      filter_depth: filterDepth,
      input_zero_point: inputZeroPoint,
      run_cells: isRun(params) ? filterWidth : 1,
      in_place: isInPlace ? 1 : 0,
      groups,
      products: packDotProducts(
        { ...params, bias: foldZeroPoint(bias, filter, inputZeroPoint) },
        filter,
        { groups, outputs: params.channelsPerGroup, depth },
      ),
    },
    scratchBytes: isInPlace ? 0 : depth,
  };
}

/** Whether what a filter's row sees lies side by side in the image. */
function isRun({ dilationWidth, filterDepth, inputChannels }: Conv2dInt8Params): boolean {
  return dilationWidth === 1 && filterDepth === inputChannels;
}

/** Whether all that a filter sees lies side by side in the image, and never beyond its border. */
function hasWindowsInOnePiece(params: Conv2dInt8Params): boolean {
  const { groups, filterHeight, filterWidth, inputWidth, dilationHeight, dilationWidth } = params;
  const isOneRow = filterHeight === 1 && (filterWidth === 1 || dilationWidth === 1);
  const isWholeRows = filterWidth === inputWidth && dilationHeight === 1 && dilationWidth === 1;
  return groups === 1 && isInside(params) && (isOneRow || isWholeRows);
}

function isInside(params: Conv2dInt8Params): boolean {
  const { inputHeight, inputWidth, outputHeight, outputWidth, paddingTop, paddingLeft } = params;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = params;
  const bottom = (outputHeight - 1) * strideHeight + (params.filterHeight - 1) * dilationHeight;
  const right = (outputWidth - 1) * strideWidth + (params.filterWidth - 1) * dilationWidth;
  return paddingTop === 0 && paddingLeft === 0 && bottom < inputHeight && right < inputWidth;
}
