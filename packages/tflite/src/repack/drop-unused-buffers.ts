import { UserError } from "@smidgen/errors";
import { figure } from "../figure.ts";
import { newContentNumbers } from "../same-bytes.ts";
import type { NewRow } from "../schema/schema-types.ts";
import { mapTensors, type Pass } from "./pass.ts";

/**
 * Buffers that nothing refers to, and all but one of those with equal contents. Buffer 0 is empty, and takes the
 * tensors whose buffer has no data.
 *
 * @throws UserError `invalid-tflite`, for a position that points nowhere
 */
export function dropUnusedBuffers(fileName: string): Pass {
  return (model) => {
    const buffers = model.buffers ?? [];
    const kept: NewRow<"Buffer">[] = [{}];
    const positions = new Map<number, number>();
    const numbers = newContentNumbers();

    const newPosition = (old: number): number => {
      const known = positions.get(old);
      if (known !== undefined) return known;
      const buffer = buffers[old];
      if (buffer === undefined) {
        throw new UserError(
          "invalid-tflite",
          `${fileName} is damaged: it names buffer ${figure(old)}; there are ${figure(buffers.length)}`,
        );
      }
      const position =
        buffer.data === undefined ? 0 : numbers.numberOf(buffer.data, () => kept.push(buffer) - 1);
      positions.set(old, position);
      return position;
    };

    const withTensors = mapTensors(model, (tensor) => ({
      ...tensor,
      // To a tensor, buffer 0 is none, whatever it holds.
      buffer: tensor.buffer === undefined || tensor.buffer === 0 ? 0 : newPosition(tensor.buffer),
    }));
    return {
      ...withTensors,
      metadata: model.metadata?.map((entry) => ({
        ...entry,
        buffer: newPosition(entry.buffer ?? 0),
      })),
      metadata_buffer: model.metadata_buffer?.map(newPosition),
      buffers: kept,
    };
  };
}
