import { type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** Rows of a table. positions int32 [count], table [rows, …] → [count, …] */
export interface EmbeddingLookup {
  readonly kind: "embedding-lookup";
  readonly inputs: readonly [positions: TensorId, table: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const embeddingLookup: OpRules<EmbeddingLookup> = {
  inputs: ["positions", "table"],
  outputs: ["output"],
  outputShapes({ inputs: [positionsId, tableId] }, tensors) {
    const positions = shapeAt(tensors, positionsId);
    const table = shapeAt(tensors, tableId);
    requireRule(positions.length === 1, `positions have rank ${positions.length}, 1 expected`);
    requireRule(table.length >= 2, `table has rank ${table.length}, 2 or more expected`);
    return [[...positions, ...table.slice(1)]];
  },
};
