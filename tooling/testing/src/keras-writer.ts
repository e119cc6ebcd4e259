import { strToU8, zipSync } from "fflate";
import { File, type Group, ready } from "h5wasm";

/** Path of a dataset, or of a weight of a layer, and its values. */
export type KerasWeights = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
>;

/**
 * A `.keras` archive as Python's Keras would have written it.
 *
 * @param weights by paths in `model.weights.h5`, like `layers/dense/vars/0`
 * @param names what to write on groups, by their paths
 */
export async function writeKerasArchive(archive: {
  readonly config: unknown;
  readonly weights: KerasWeights;
  readonly version?: string;
  readonly names?: Readonly<Record<string, string>>;
}): Promise<Uint8Array> {
  const { config, weights, version = "3.4.1", names = {} } = archive;
  const h5 = await writeHdf5((root) => {
    writeWeights(root, weights);
    for (const [path, name] of Object.entries(names))
      groupAt(root, path).create_attribute("name", name);
  });
  return zipSync(
    {
      "metadata.json": strToU8(JSON.stringify({ keras_version: version })),
      "config.json": strToU8(JSON.stringify(config)),
      "model.weights.h5": h5,
    },
    { level: 0, mtime: "1990-01-01" },
  );
}

/**
 * An `.h5` file as `model.save("x.h5")` writes it.
 *
 * @param layers weights by layer: their names, like `dense/kernel:0`, in order
 * @param attributesPerPart splits lists of names longer than this, as Keras does where they are too long for HDF5
 */
export async function writeLegacyH5(file: {
  readonly config: unknown;
  readonly layers: Readonly<Record<string, KerasWeights>>;
  readonly version?: string;
  readonly backend?: string;
  readonly attributesPerPart?: number;
}): Promise<Uint8Array> {
  const { config, layers, version = "2.15.0", backend = "tensorflow", attributesPerPart } = file;
  return writeHdf5((root) => {
    if (config !== undefined) root.create_attribute("model_config", JSON.stringify(config));
    root.create_attribute("keras_version", version);
    root.create_attribute("backend", backend);
    const all = root.create_group("model_weights");
    writeNames(all, "layer_names", Object.keys(layers), attributesPerPart);
    for (const [layer, weights] of Object.entries(layers)) {
      const group = all.create_group(layer);
      const names = Object.keys(weights);
      if (names.length > 0) writeNames(group, "weight_names", names, attributesPerPart);
      writeWeights(group, weights);
    }
  });
}

function writeNames(
  group: Group,
  attribute: string,
  names: readonly string[],
  perPart = names.length,
): void {
  if (names.length <= perPart) {
    group.create_attribute(attribute, [...names]);
    return;
  }
  for (let i = 0; i * perPart < names.length; i++) {
    group.create_attribute(`${attribute}${i}`, names.slice(i * perPart, (i + 1) * perPart));
  }
}

function writeWeights(root: Group, weights: KerasWeights): void {
  for (const [path, { shape, data }] of Object.entries(weights)) {
    const slash = path.lastIndexOf("/");
    const group = slash === -1 ? root : groupAt(root, path.slice(0, slash));
    group.create_dataset({ name: path.slice(slash + 1), data, shape: [...shape], dtype: "<f" });
  }
}

function groupAt(root: Group, path: string): Group {
  let group = root;
  for (const part of path.split("/")) {
    group = (group.get(part) as Group | null) ?? group.create_group(part);
  }
  return group;
}

let written = 0;

async function writeHdf5(write: (root: Group) => void): Promise<Uint8Array> {
  const { FS } = await ready;
  const path = `written${written++}.h5`;
  const file = new File(path, "w");
  write(file);
  file.close();
  const bytes = FS.readFile(path).slice();
  FS.unlink(path);
  return bytes;
}
