import { UserError } from "@smidgen/errors";
import { Dataset, File as Hdf5File, Group, ready } from "h5wasm";
import type { WeightValues } from "./layer-weights.ts";
import type { StateGroup } from "./stored-layers.ts";

export type { Group };

/** Deflate makes data at most this much smaller, so that a file cannot announce more than this times its size. */
export const largestCompression = 1032;

let opened = 0;

/**
 * Runs `read` on the root of an HDF5 file. The library is the HDF Group's own, compiled to WebAssembly: it sees
 * no file but this one, and whatever it makes of damaged bytes stays inside its memory.
 *
 * @param name of the file, for messages
 * @throws UserError `corrupt-file`
 */
export async function withHdf5<T>(
  bytes: Uint8Array,
  name: string,
  read: (root: Group) => T,
): Promise<T> {
  const library = await ready;
  library.activate_throwing_error_handler(); // instead of writing errors to the console
  const { FS } = library;
  const path = `${opened++}.h5`;
  FS.writeFile(path, bytes);
  let file: Hdf5File | undefined;
  try {
    file = new Hdf5File(path, "r");
    return read(file);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError("corrupt-file", `${name} cannot be read as HDF5: ${reasonOf(cause)}`, {
      hint: "Save the model again, or fetch the file again in binary mode.",
      cause,
    });
  } finally {
    try {
      file?.close();
    } finally {
      FS.unlink(path);
    }
  }
}

/** The library says where it failed, from the outside in. The last says why. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.match(/(?<=\(\): ).+/g)?.at(-1) ?? text.slice(0, 200);
}

export function subgroup(group: Group, name: string): Group | undefined {
  const entity = group.keys().includes(name) ? group.get(name) : null;
  return entity instanceof Group ? entity : undefined;
}

/** Of a group; undefined if there is none. */
export function textAttribute(group: Group, name: string): string | undefined {
  const value = group.attrs[name]?.value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === "string" ? value : undefined;
}

/** A list of names. Long ones are in several attributes: `weight_names0`, `weight_names1`, … */
export function namesAttribute(group: Group, name: string): readonly string[] {
  const attributes = group.attrs;
  const whole = attributes[name];
  const parts = whole === undefined ? [] : [whole];
  for (let i = 0; attributes[`${name}${i}`] !== undefined; i++) {
    parts.push(attributes[`${name}${i}`] as (typeof parts)[number]);
  }
  return parts.flatMap(({ value }) =>
    Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [],
  );
}

/**
 * @param at where the dataset is, for messages
 * @param fileBytes size of the file
 * @throws UserError `corrupt-file`, `invalid-model`
 */
export function floats(group: Group, name: string, at: string, fileBytes: number): WeightValues {
  const entity = group.get(name);
  if (!(entity instanceof Dataset)) {
    throw new UserError("corrupt-file", `${at}: there is no dataset ${name}`);
  }
  const dataset = entity;
  const shape = dataset.shape ?? [];
  const bytes = shape.reduce((product, size) => product * size, dataset.metadata.size);
  if (bytes > fileBytes * largestCompression) {
    throw new UserError(
      "corrupt-file",
      `${at}: weight ${name} announces ${bytes.toLocaleString("en-US")} bytes, the file has ${fileBytes.toLocaleString("en-US")}`,
    );
  }
  const value = dataset.value;
  const numbers = typeof value === "number" ? [value] : value;
  if (!ArrayBuffer.isView(numbers) && !Array.isArray(numbers)) {
    throw new UserError("invalid-model", `${at}: weight ${name} does not hold numbers`);
  }
  if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array) {
    return { shape, data: Float32Array.from(numbers, Number) };
  }
  return { shape, data: Float32Array.from(numbers as ArrayLike<number>) };
}

/** @param fileBytes size of the file */
export function stateGroup(group: Group, fileBytes: number): StateGroup {
  return {
    keys: () => group.keys(),
    group: (key) => {
      const inner = subgroup(group, key);
      return inner && stateGroup(inner, fileBytes);
    },
    values: (key, at) => floats(group, key, at, fileBytes),
    name: textAttribute(group, "name"),
  };
}
