import { inSnakeCase } from "./as-it-is.ts";
import type { CRecord, Packed } from "./c-twin.ts";
import { sigmoidTable } from "./sigmoid-table.ts";
import type { SigmoidalInt16Params } from "./sigmoidal-int16.ts";
import type { KernelParams } from "./step.ts";
import type { LstmInt16Params } from "./unidirectional-sequence-lstm/int16.ts";
import type { LstmInt8Params } from "./unidirectional-sequence-lstm/int8.ts";
import type { IntegerLstmParams } from "./unidirectional-sequence-lstm/integer-lstm.ts";

export function packSigmoidalInt16(params: SigmoidalInt16Params): Packed {
  return { params: { ...inSnakeCase(params), table: sigmoidTable } };
}

/** `struct smg_integer_lstm` in integer-lstm-step.h, and what this LSTM has besides. */
export function packLstm(params: LstmInt8Params | LstmInt16Params): Packed {
  const isShared = (field: string) => sharedFields.has(field as keyof IntegerLstmParams);
  const shared = fieldsOf(params, isShared);
  const others = fieldsOf(params, (field) => !isShared(field));
  return { params: { lstm: { ...shared, sigmoid_table: sigmoidTable }, ...others } };
}

const sharedFields: ReadonlySet<keyof IntegerLstmParams> = new Set([
  "batches",
  "steps",
  "depth",
  "units",
  "inputBatchStride",
  "inputStepStride",
  "outputBatchStride",
  "outputStepStride",
  "cellBits",
  "cellMin",
  "cellMax",
  "outputMultiplier",
  "outputShift",
  "outputZeroPoint",
]);

function fieldsOf(params: KernelParams, isWanted: (field: string) => boolean): CRecord {
  return inSnakeCase(
    Object.fromEntries(Object.entries(params).filter(([field]) => isWanted(field))),
  );
}
