import { UserError } from "@smidgen/errors";
import { strFromU8, unzipSync } from "fflate";
import { largestCompression, stateGroup, withHdf5 } from "./hdf5.ts";
import { isObject, parseJson } from "./json.ts";
import type { LayerWeights } from "./layer-weights.ts";
import { storedLayers } from "./stored-layers.ts";

export interface ArchivedModel {
  readonly config: unknown;
  readonly kerasVersion: string;
  readonly readLayers: () => Promise<readonly LayerWeights[]>;
}

const members = ["metadata.json", "config.json", "model.weights.h5"] as const;

/**
 * A `.keras` file: a zip archive with `metadata.json`, `config.json` and `model.weights.h5`.
 *
 * Source: `_save_model_to_fileobj`, keras/src/saving/saving_lib.py.
 *
 * @throws UserError `corrupt-file`, `invalid-model`
 */
export function readKerasArchive(bytes: Uint8Array, name: string): ArchivedModel {
  const [metadata, config, weights] = unpack(bytes, name);
  const about = parseJson(strFromU8(metadata), `${name}, metadata.json`);
  const network = parseJson(strFromU8(config), `${name}, config.json`);
  const version = isObject(about) ? about["keras_version"] : undefined;
  return {
    config: network,
    kerasVersion: typeof version === "string" ? version : "3",
    readLayers: () =>
      withHdf5(weights, `${name}, model.weights.h5`, (root) =>
        storedLayers(stateGroup(root, weights.length), network, name),
      ),
  };
}

function unpack(bytes: Uint8Array, name: string): [Uint8Array, Uint8Array, Uint8Array] {
  let files;
  try {
    files = unzipSync(bytes, {
      filter: ({ name: member, originalSize }) => {
        if (!(members as readonly string[]).includes(member)) return false;
        if (originalSize <= bytes.length * largestCompression) return true;
        throw new Error(`${member} announces ${originalSize.toLocaleString("en-US")} bytes`);
      },
    });
  } catch (cause) {
    throw new UserError(
      "corrupt-file",
      `${name} cannot be unpacked as a .keras archive: ${(cause as Error).message}`,
      { hint: "Save the model again, or fetch the file again in binary mode.", cause },
    );
  }
  const missing = members.filter((member) => files[member] === undefined);
  if (missing.length > 0) {
    throw new UserError("invalid-model", `${name} is a zip archive without ${missing.join(", ")}`, {
      hint: 'It should be what Python\'s model.save("model.keras") writes.',
    });
  }
  return members.map((member) => files[member]) as [Uint8Array, Uint8Array, Uint8Array];
}
