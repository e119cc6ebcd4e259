import { inSnakeCase } from "./as-it-is.ts";
import type { Packed } from "./c-twin.ts";
import { sigmoidTable } from "./sigmoid-table.ts";
import type { SigmoidalInt16Params } from "./sigmoidal-int16.ts";
import type { LstmInt8Params } from "./unidirectional-sequence-lstm/int8.ts";

export function packSigmoidalInt16(params: SigmoidalInt16Params): Packed {
  return { params: { ...inSnakeCase(params), table: sigmoidTable } };
}

export function packLstmInt8(params: LstmInt8Params): Packed {
  return { params: { ...inSnakeCase(params), sigmoid_table: sigmoidTable } };
}
