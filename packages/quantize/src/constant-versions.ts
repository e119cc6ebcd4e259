import { type Tensor, type TensorId, tensorOf } from "@smidgen/graph";
import { isSame } from "./operands.ts";

/**
 * Tensors whose constants are replaced one by one. A constant that is needed on different scales (the bias of
 * a layer that is used twice) becomes several: the first takes its place, others go to the end.
 */
export function constantVersions(original: readonly Tensor[]): {
  readonly tensors: Tensor[];
  readonly addVersion: (id: TensorId, integers: Tensor) => TensorId;
} {
  const tensors = [...original];
  const ids = new Map<TensorId, TensorId[]>();
  return {
    tensors,
    addVersion(id, integers) {
      const versions = ids.get(id) ?? [];
      ids.set(id, versions);
      const same = versions.find((each) => isVersion(tensorOf({ tensors }, each), integers));
      if (same !== undefined) return same;
      const isFirst = versions.length === 0;
      const newId = isFirst ? id : (tensors.length as TensorId);
      const name = isFirst ? integers.name : `${integers.name}/${versions.length + 1}`;
      tensors[newId] = { ...integers, name };
      versions.push(newId);
      return newId;
    },
  };
}

/** Both come from the same floats, so that type and parameters decide. */
function isVersion(a: Tensor, b: Tensor): boolean {
  return a.type === b.type && isSame(a.quantization, b.quantization);
}
