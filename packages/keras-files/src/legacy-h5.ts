import { UserError } from "@smidgen/errors";
import { floats, type Group, namesAttribute, subgroup, textAttribute } from "./hdf5.ts";
import { parseJson } from "./json.ts";
import type { LayerWeights } from "./layer-weights.ts";

export interface LegacyModel {
  readonly config: unknown;
  readonly kerasVersion: string;
  readonly layers: readonly LayerWeights[];
}

/**
 * A whole model in one HDF5 file, as `model.save("x.h5")` writes it: the network as JSON in the attribute
 * `model_config`, weights in a group per layer. The weights of a nested model are in the group of that model.
 *
 * Source: `save_model_to_hdf5`, `save_weights_to_hdf5_group`, keras/src/legacy/saving/legacy_h5_format.py.
 *
 * @throws UserError `invalid-model`, `corrupt-file`
 */
export function readLegacyH5(root: Group, name: string, fileBytes: number): LegacyModel {
  const text = textAttribute(root, "model_config");
  if (text === undefined) {
    throw new UserError(
      "invalid-model",
      `${name} has weights, but not the network they belong to: the attribute model_config is missing`,
      {
        hint: 'Save the whole model in Python: model.save("model.keras"), not model.save_weights.',
      },
    );
  }
  const backend = textAttribute(root, "backend");
  if (backend === "theano" || backend === "cntk") {
    throw new UserError(
      "unsupported-model",
      `${name} was saved with the backend ${backend}, whose convolutions are stored flipped`,
      { hint: "Load and save it once with TensorFlow." },
    );
  }
  const weights = subgroup(root, "model_weights") ?? root;
  return {
    config: parseJson(text, `${name}, model_config`),
    kerasVersion: textAttribute(root, "keras_version") ?? "2",
    layers: namesAttribute(weights, "layer_names").flatMap((layer) => {
      const group = subgroup(weights, layer);
      if (group === undefined) {
        throw new UserError("corrupt-file", `${name}: layer "${layer}" has no group of weights`);
      }
      const names = namesAttribute(group, "weight_names");
      if (names.length === 0) return [];
      const at = `${name}, layer "${layer}"`;
      return [
        { path: [layer], tensors: names.map((weight) => floats(group, weight, at, fileBytes)) },
      ];
    }),
  };
}
