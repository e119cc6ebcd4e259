import type { Packed } from "../c-twin.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { packMveProducts } from "../mve-products.ts";
import { packDilatedWindow } from "../window-twin.ts";
import type { Conv2dInt8Params } from "./int8.ts";

/** For `conv_2d_int8_mve.h`. Undefined for groups, and if `packMveProducts` is. */
export function conv2dInt8Mve(params: Conv2dInt8Params): Packed | undefined {
  const { filterHeight, filterWidth, filterDepth, filter, bias } = params;
  const inputZeroPoint = 0 - params.inputOffset;
  const depth = filterHeight * filterWidth * filterDepth;
  const products = packMveProducts(
    { ...params, bias: foldZeroPoint(bias, filter, inputZeroPoint) },
    filter,
    { outputs: params.outputChannels, depth },
  );
  if (params.groups > 1 || products === undefined) return undefined;
  const seesOneCell =
    filterHeight * filterWidth === 1 && params.paddingTop === 0 && params.paddingLeft === 0;
  return {
    params: {
      ...packDilatedWindow(params),
      input_zero_point: inputZeroPoint,
      products,
    },
    scratchBytes: seesOneCell ? 0 : depth,
  };
}
