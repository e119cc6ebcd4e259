import { measureByteUse } from "./byte-use.ts";
import type { InspectedMetadata, InspectedSignature, Inspection } from "./inspect/inspection.ts";
import { inspectSubgraph } from "./inspect/inspect-subgraph.ts";
import { offlinePlanName, readOfflinePlan } from "./offline-memory-plan.ts";
import { openModel } from "./open-model.ts";
import { operatorName } from "./operator-code.ts";
import { bytesOf } from "./read-tensor.ts";
import type { Row } from "./schema/schema-types.ts";

/**
 * Everything that a `.tflite` file tells, for any operators.
 *
 * @throws UserError `not-tflite`, `truncated-file` or `invalid-tflite`, if the bytes are not a sound FlatBuffers file
 */
export function inspectTflite(
  bytes: Uint8Array,
  options: { readonly name?: string } = {},
): Inspection {
  const { fileName, file, model, extents, unknownFields } = openModel(
    bytes,
    options.name ?? "the model",
  );
  const subgraphs = model.subgraphs ?? [];
  const operators = subgraphs.flatMap((subgraph) => subgraph.operators ?? []);
  const tensors = subgraphs.flatMap((subgraph) => subgraph.tensors ?? []);
  const bufferUses = countBy(tensors.map(({ buffer }) => buffer));
  const metadataBuffers = new Set((model.metadata ?? []).map(({ buffer }) => buffer));
  const codeUses = countBy(operators.map(({ opcode_index: index }) => index));
  const buffers = model.buffers ?? [];
  return {
    fileName,
    bytes: file.length,
    byteUse: measureByteUse(file, model, extents),
    schemaVersion: model.version,
    description: model.description,
    metadata: (model.metadata ?? []).map((entry) => inspectMetadata(entry, model, file)),
    signatures: (model.signature_defs ?? []).map(inspectSignature),
    operatorCodes: (model.operator_codes ?? []).map((code, index) => ({
      name: operatorName(code),
      version: code.version,
      uses: codeUses.get(index) ?? 0,
    })),
    buffers: {
      count: buffers.length,
      withData: buffers.filter((buffer) => bytesOf(buffer, file).length > 0).length,
      unused: buffers.filter(
        (_, index) => index > 0 && !bufferUses.has(index) && !metadataBuffers.has(index),
      ).length,
    },
    subgraphs: subgraphs.map((subgraph) => inspectSubgraph(subgraph, model, file, bufferUses)),
    unknownFields: unknownFields.map(({ table, id }) => `${table} field ${id}`),
  };
}

function inspectMetadata(
  { name = "", buffer }: Row<"Metadata">,
  model: Row<"Model">,
  file: Uint8Array,
): InspectedMetadata {
  const stored = model.buffers?.[buffer];
  const data = stored === undefined ? undefined : bytesOf(stored, file);
  const contents = data instanceof Uint8Array ? data : new Uint8Array();
  const text = new TextDecoder().decode(contents.subarray(0, 256)).replace(/\0+$/, "");
  const isText = contents.length <= 256 && /^[\x20-\x7e]+$/.test(text);
  return {
    name,
    buffer,
    bytes: contents.length,
    text: isText ? text : undefined,
    offlineMemoryPlan: name === offlinePlanName ? readOfflinePlan(contents)?.offsets : undefined,
  };
}

function inspectSignature({
  signature_key: key = "",
  subgraph_index: subgraph,
  inputs = [],
  outputs = [],
}: Row<"SignatureDef">): InspectedSignature {
  const entry = ({ name = "", tensor_index: tensor }: Row<"TensorMap">) => ({ name, tensor });
  return { key, subgraph, inputs: inputs.map(entry), outputs: outputs.map(entry) };
}

function countBy(values: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
