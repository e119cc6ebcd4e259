import type { Packed } from "../c-twin.ts";
import { packDotProducts } from "../dot-products.ts";
import type { FullyConnectedInt8Params } from "./int8.ts";

export function fullyConnectedInt8Twin(params: FullyConnectedInt8Params): Packed {
  const { batches, depth, units, filter } = params;
  const shape = { groups: 1, outputs: units, depth };
  return { params: { batches, products: packDotProducts(params, filter, shape) } };
}
