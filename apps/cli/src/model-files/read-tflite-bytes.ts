import path from "node:path";
import { UserError } from "@smidgen/errors";
import { readBytes } from "../files.ts";
import { modelFormat } from "./model-format.ts";

/**
 * The bytes of a `.tflite` file, of which nothing is known but that they are no other model.
 *
 * @throws UserError `cannot-read`, `not-tflite`
 */
export async function readTfliteBytes(file: string): Promise<Uint8Array> {
  const bytes = await readBytes(file);
  const name = path.basename(file);
  if (bytes.length === 0) throw new UserError("not-tflite", `${name} is empty`);
  const format = modelFormat(bytes, file);
  if (format === undefined || format.kind === "tflite") return bytes;
  throw new UserError("not-tflite", `${name} is ${format.title}; a .tflite file is needed`, {
    hint: format.remedy.replace("MODEL", file),
  });
}
