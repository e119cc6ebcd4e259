import { UserError } from "@smidgen/errors";
import type { LayerWeights, WeightValues } from "./layer-weights.ts";
import { type StateGroup, storedLayers } from "./stored-layers.ts";

/**
 * Weights by layer, from weights whose names are the paths that Keras 3 gave them: `layers/dense/vars/0`. So
 * TensorFlow.js's converter stores what was saved as `.keras`.
 *
 * Source: `_convert_v3_group_structure_to_weights`, tfjs-converter/python/tensorflowjs/converters/keras_h5_conversion.py.
 *
 * @param network the topology, in either form
 * @param fileName for messages
 * @throws UserError `corrupt-file`
 */
export function layersOfPaths(
  weights: ReadonlyMap<string, WeightValues>,
  network: unknown,
  fileName: string,
): readonly LayerWeights[] {
  const root = folder();
  for (const [path, values] of weights) {
    const parts = path.split("/");
    const last = parts.pop() as string;
    let place = root;
    for (const part of parts) {
      const next = place.folders.get(part) ?? folder();
      place.folders.set(part, next);
      place = next;
    }
    place.values.set(last, values);
  }
  return storedLayers(groupOf(root), network, fileName);
}

/** Whether these are names that `layersOfPaths` understands. */
export function arePaths(names: Iterable<string>): boolean {
  for (const name of names) {
    if (/^(layers|_layer_checkpoint_dependencies)\/.+\/vars\/\d+$/.test(name)) return true;
  }
  return false;
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly values: Map<string, WeightValues>;
}

function folder(): Folder {
  return { folders: new Map(), values: new Map() };
}

function groupOf({ folders, values }: Folder): StateGroup {
  return {
    keys: () => [...folders.keys(), ...values.keys()],
    group: (key) => {
      const inner = folders.get(key);
      return inner && groupOf(inner);
    },
    values: (key, at) => {
      const found = values.get(key);
      if (found === undefined)
        throw new UserError("corrupt-file", `${at}: there is no weight ${key}`);
      return found;
    },
    name: undefined,
  };
}
