import type { Packed } from "../c-twin.ts";
import { packMveProducts } from "../mve-products.ts";
import type { FullyConnectedInt8Params } from "./int8.ts";

/** For `fully_connected_int8_mve.h`. Undefined if `packMveProducts` is. */
export function fullyConnectedInt8Mve(params: FullyConnectedInt8Params): Packed | undefined {
  const { batches, depth, units, filter } = params;
  const products = packMveProducts(params, filter, { outputs: units, depth });
  return products && { params: { batches, products } };
}
