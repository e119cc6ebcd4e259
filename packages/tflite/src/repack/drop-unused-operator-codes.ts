import { UserError } from "@smidgen/errors";
import { figure } from "../figure.ts";
import type { NewRow } from "../schema/schema-types.ts";
import { mapOperators, mapSubgraphs, type Pass } from "./pass.ts";

/**
 * Operator codes that no operator has, and all but one of those that are equal.
 *
 * @throws UserError `invalid-tflite`, for a position that points nowhere
 */
export function dropUnusedOperatorCodes(fileName: string): Pass {
  return (model) => {
    const codes = model.operator_codes ?? [];
    const kept: NewRow<"OperatorCode">[] = [];
    const positions = new Map<string, number>();

    const newPosition = (old: number): number => {
      const code = codes[old];
      if (code === undefined) {
        throw new UserError(
          "invalid-tflite",
          `${fileName} is damaged: it names operator code ${figure(old)}; there are ${figure(codes.length)}`,
        );
      }
      const key = JSON.stringify([
        code.deprecated_builtin_code,
        code.builtin_code,
        code.version,
        code.custom_code,
      ]);
      const known = positions.get(key) ?? kept.push(code) - 1;
      positions.set(key, known);
      return known;
    };

    return {
      ...mapSubgraphs(model, (subgraph) =>
        mapOperators(subgraph, (operator) => ({
          ...operator,
          opcode_index: newPosition(operator.opcode_index ?? 0),
        })),
      ),
      operator_codes: kept,
    };
  };
}
