import path from "node:path";
import {
  type InspectedSubgraph,
  type InspectedTensor,
  type Inspection,
  inspectTflite,
} from "@smidgen/tflite";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { count, counted, heading, oneLine, shortened, table } from "../text.ts";

/** The full picture of a file as text, or as JSON. */
export async function inspect(file: string, { json }: { readonly json: boolean }): Promise<string> {
  const inspection = inspectTflite(await readTfliteBytes(file), { name: path.basename(file) });
  return json ? `${JSON.stringify(inspection, undefined, 2)}\n` : describe(inspection);
}

function describe(inspection: Inspection): string {
  const { fileName, bytes, schemaVersion, description, metadata, signatures, subgraphs } =
    inspection;
  return [
    `${heading(fileName)}  ${count(bytes)} bytes, schema ${schemaVersion}`,
    ...(description === undefined ? [] : [`description: ${oneLine(description)}`]),
    ...signatures.map(
      ({ key, inputs, outputs }) =>
        `signature "${oneLine(key)}": ${names(inputs)} → ${names(outputs)}`,
    ),
    ...metadata.map(
      ({ name, bytes: size, text, offlineMemoryPlan: plan }) =>
        `metadata "${oneLine(name)}": ${plan === undefined ? "" : plannedOffsets(plan)}${text === undefined ? counted(size, "byte") : oneLine(text)}`,
    ),
    "",
    byteUse(inspection),
    ...subgraphs.flatMap((subgraph, index) => describeSubgraph(subgraph, index, subgraphs.length)),
    "",
  ].join("\n");
}

/** An arena plan, tensor by tensor. */
function plannedOffsets(plan: readonly (number | undefined)[]): string {
  const places = plan.flatMap((offset, id) =>
    offset === undefined ? [] : [`%${id} at ${count(offset)}`],
  );
  return `${places.length} of ${plan.length} tensors, ${places.join(", ")}; `;
}

const uses = {
  tensorData: "tensor data",
  otherData: "other data",
  scales: "scales",
  zeroPoints: "zero points",
  minMax: "min/max",
  names: "names",
  tables: "tables",
  lists: "lists",
  framing: "framing",
  padding: "padding",
  unreached: "unreached",
} satisfies Record<keyof Inspection["byteUse"], string>;

function byteUse({ byteUse: use, bytes }: Inspection): string {
  const rows = Object.entries(uses)
    .map(([key, name]) => [name, use[key as keyof typeof uses]] as const)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => [name, count(value), `${((100 * value) / bytes).toFixed(1)} %`]);
  return table(["what the bytes are for", "bytes", "share"], rows, [1, 2]);
}

function describeSubgraph(
  subgraph: InspectedSubgraph,
  index: number,
  subgraphCount: number,
): readonly string[] {
  const { tensors, operators, inputs, outputs, arena } = subgraph;
  const title = subgraphCount === 1 ? "network" : `subgraph ${index}`;
  const list = (ids: readonly number[]) => ids.map((id) => operand(tensors, id)).join(", ");
  const variables = arena.variableBytes === 0 ? "" : `, and ${count(arena.variableBytes)} of state`;
  return [
    "",
    `${heading(title)}  ${counted(subgraph.parameters, "parameter")}, ${counted(subgraph.multiplyAccumulates, "multiply-accumulate")}, ${counted(arena.lowerBoundBytes, "byte")} of activations at once${variables}`,
    `in:  ${list(inputs)}`,
    `out: ${list(outputs)}`,
    "",
    table(
      ["", "operator", "v", "operands", "output", "MACs", "parameters"],
      operators.map((op, i) => [
        `${i}`,
        op.name,
        `${op.version ?? "?"}`,
        op.inputs.map((id) => (id < 0 ? "–" : `%${id}`)).join(" "),
        list(op.outputs),
        op.multiplyAccumulates === undefined ? "?" : count(op.multiplyAccumulates),
        count(op.parameters),
      ]),
      [0, 2, 5, 6],
    ),
    "",
    table(
      ["", "tensor", "type", "shape", "quantization", "bytes", "stored"],
      tensors.map((tensor, i) => [
        `%${i}`,
        shortened(oneLine(tensor.name ?? ""), 40),
        tensor.type,
        `[${(tensor.shapeSignature ?? tensor.shape).join(", ")}]`,
        quantization(tensor),
        tensor.bytes === undefined ? "?" : count(tensor.bytes),
        stored(tensor),
      ]),
      [0, 5, 6],
    ),
  ];
}

function operand(tensors: readonly InspectedTensor[], id: number): string {
  const tensor = tensors[id];
  return tensor === undefined ? `%${id}` : `%${id} ${tensor.type} [${tensor.shape.join(", ")}]`;
}

function quantization({ quantization: parameters }: InspectedTensor): string {
  if (parameters === undefined) return "";
  const { scales, zeroPoints, axis, details } = parameters;
  if (details !== undefined) return "custom";
  if (scales.length === 0) return "";
  if (scales.length > 1) return `${scales.length} scales along axis ${axis}`;
  return `${Number(scales[0]).toPrecision(6)} zero ${zeroPoints[0] ?? "missing"}`;
}

function stored({ storedBytes, isVariable, sharedWith }: InspectedTensor): string {
  if (isVariable) return "variable";
  if (storedBytes === undefined) return "";
  return sharedWith === 0
    ? count(storedBytes)
    : `${count(storedBytes)}, shared by ${sharedWith + 1}`;
}

function names(operands: readonly { readonly name: string }[]): string {
  return operands.map(({ name }) => oneLine(name)).join(", ");
}
