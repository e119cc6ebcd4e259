import { type LayerRules, noProblems } from "../layer-rules.ts";
import type { Weight } from "../network.ts";

/** Rows of the table [words, depth], picked by whole numbers that arrive as floats. */
export const embedding: LayerRules = {
  problems: noProblems,
  convert(call, b, [input]) {
    const [table] = call.weights as [Weight];
    const tableId = b.floats(`${call.weightsName}/table`, table.shape, table.data);
    const rows = b.op("cast", [input], {}, `${call.name}/rows`, "int32");
    return b.op("gather", [tableId, rows], { axis: 0, batchDims: 0 }, call.name);
  },
};
