import { UserError } from "@smidgen/errors";
import { figure } from "../figure.ts";
import type { OpenModel } from "../open-model.ts";
import { bytesOf } from "../read-tensor.ts";
import type { NewRow, Row } from "../schema/schema-types.ts";
import { mapOperators, mapSubgraphs, type Pass } from "./pass.ts";

/**
 * Data that lies behind the tables (models above 2 GB are written so) moves into them: positions in the file
 * would no longer be right.
 *
 * @throws UserError `truncated-file`, or `invalid-tflite` if there is more of it than the file has bytes
 */
export function moveDataInside({ file, fileName }: OpenModel): Pass {
  let moved = 0;
  return (model) => ({
    ...mapSubgraphs(model, (subgraph) => mapOperators(subgraph, moveOptions)),
    buffers: model.buffers?.map((buffer, index) => {
      const data = outside(buffer, `buffer ${index}`);
      if (data === undefined) return buffer;
      return data.length === 0 ? {} : { data };
    }),
  });

  function moveOptions(operator: NewRow<"Operator">): NewRow<"Operator"> {
    const { large_custom_options_offset: offset, large_custom_options_size: size } = operator;
    const options = outside({ offset, size }, "an operator's options");
    if (options === undefined) return operator;
    return {
      ...operator,
      custom_options: options,
      large_custom_options_offset: undefined,
      large_custom_options_size: undefined,
    };
  }

  function outside(buffer: NewRow<"Buffer">, what: string): Uint8Array | undefined {
    const { offset = 0n, size = 0n } = buffer;
    if (offset <= 1n) return undefined;
    const data = bytesOf({ data: undefined, offset, size } satisfies Row<"Buffer">, file);
    if (typeof data !== "string") {
      moved += data.length;
      if (moved <= file.length) return data;
      throw new UserError(
        "invalid-tflite",
        `${fileName} is damaged: more than its ${figure(file.length)} bytes are said to lie behind its tables`,
      );
    }
    throw new UserError("truncated-file", `${fileName}: ${what} ${data}`);
  }
}
