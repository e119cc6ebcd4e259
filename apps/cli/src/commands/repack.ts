import path from "node:path";
import { repackTflite } from "@smidgen/tflite";
import { writeWhole } from "../files.ts";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { count, counted } from "../text.ts";

export interface RepackSettings {
  readonly dropNames?: true;
  readonly dropMinMax?: true;
  readonly dropDescriptions?: true;
}

/** Writes the smaller file and says what was saved. */
export async function repack(
  input: string,
  output: string,
  { dropNames, dropMinMax, dropDescriptions }: RepackSettings,
): Promise<string> {
  const bytes = await readTfliteBytes(input);
  const repacked = repackTflite(bytes, {
    name: path.basename(input),
    names: dropNames ? "drop" : "keep",
    minMax: dropMinMax ? "drop" : "keep",
    descriptions: dropDescriptions ? "drop" : "keep",
  });
  await writeWhole(output, repacked.bytes);
  const { tensors, buffers, operatorCodes } = repacked.dropped;
  const saved = (100 * (bytes.length - repacked.bytes.length)) / bytes.length;
  return (
    `${output}: ${count(repacked.bytes.length)} bytes, ${saved.toFixed(1)} % less than ${count(bytes.length)}; ` +
    `${count(repacked.after.tensorData)} are tensor data\n` +
    `dropped what nothing used: ${counted(tensors, "tensor")}, ${counted(buffers, "buffer")}, ${counted(operatorCodes, "operator code")}\n`
  );
}
