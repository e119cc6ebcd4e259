import { UserError } from "@smidgen/errors";
import { withHdf5 } from "./hdf5.ts";
import { type KerasTopology, type TopologyOptions, toKeras2Topology } from "./keras-2-topology.ts";
import { type ArchivedModel, readKerasArchive } from "./keras-archive.ts";
import type { LayerWeights } from "./layer-weights.ts";
import { readLegacyH5 } from "./legacy-h5.ts";

export interface KerasModel {
  /** The network in the form of Keras 2, which TensorFlow.js reads. */
  readonly topology: KerasTopology;
  /** Layers that have weights, in no particular order. */
  readonly layers: readonly LayerWeights[];
  /** As the file says, like 3.4.1. */
  readonly kerasVersion: string;
}

/**
 * Reads what Python's `model.save` wrote: a `.keras` archive (Keras 2.12 and later, Keras 3) or an `.h5` file with
 * network and weights (Keras 2, tf.keras, Keras 3). What it is, the first bytes tell, not its name.
 *
 * @param name of the file, for messages
 * @throws UserError `invalid-model`, `unsupported-model` listing everything that has no counterpart, `corrupt-file`
 */
export async function readKerasFile(
  bytes: Uint8Array,
  name: string,
  options: Pick<TopologyOptions, "isKnownLayer"> = {},
): Promise<KerasModel> {
  const { config, kerasVersion, readLayers } = await readParts(bytes, name);
  if (kerasVersion.startsWith("1.") || kerasVersion.startsWith("0.")) {
    throw new UserError("unsupported-model", `${name} is from Keras ${kerasVersion}`, {
      hint: "Load and save it once with Keras 2 or later.",
    });
  }
  const topology = toKeras2Topology(config, { ...options, name, kerasVersion });
  return { topology, layers: await readLayers(), kerasVersion };
}

async function readParts(bytes: Uint8Array, name: string): Promise<ArchivedModel> {
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return readKerasArchive(bytes, name);
  if (startsWith(bytes, [0x89, 0x48, 0x44, 0x46])) {
    const model = await withHdf5(bytes, name, (root) => readLegacyH5(root, name, bytes.length));
    return { ...model, readLayers: async () => model.layers };
  }
  throw new UserError(
    "invalid-model",
    `${name} is neither a .keras archive nor an HDF5 file` +
      (isPointer(bytes) ? ": it is a pointer of Git LFS, not the file itself" : ""),
    {
      hint: isPointer(bytes)
        ? "Fetch the file with `git lfs pull`."
        : 'It should be what Python\'s model.save("model.keras") or model.save("model.h5") writes.',
    },
  );
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function isPointer(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 40)).startsWith("version https://git-lfs");
}
