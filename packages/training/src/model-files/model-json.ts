import { createHash } from "node:crypto";
import { UserError } from "@smidgen/errors";
import { bytesPerElement, quantizedBytesPerElement, type WeightSpec } from "./weight-spec.ts";

/**
 * The file `model.json` of a TensorFlow.js LayersModel.
 *
 * Source: `ModelJSON`, tfjs-core/src/io/types.ts.
 */
export interface ModelJson {
  readonly format: "layers-model";
  readonly generatedBy?: string;
  readonly convertedBy?: string | null;
  readonly modelTopology: object;
  /** Present when optimizer state is stored too. */
  readonly trainingConfig?: object;
  readonly userDefinedMetadata?: object;
  readonly weightsManifest: readonly WeightGroup[];
}

export interface WeightGroup {
  /** Files whose bytes, one after another, are the weights. Relative to `model.json`. */
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
  /** Of those bytes, in hex. Ours: it tells when the two files are not of one save. */
  readonly sha256?: string;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * @param file names the file in messages
 * @throws UserError `invalid-model`, naming everything that is wrong
 */
export function parseModelJson(text: string, file: string): ModelJson {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError("invalid-model", `${file} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const problems = [...problemsOf(json)];
  if (problems.length > 0) {
    throw new UserError("invalid-model", `${file}: ${problems.join("; ")}`, {
      hint: "It should be the model.json of a TensorFlow.js LayersModel.",
    });
  }
  return json as ModelJson;
}

function* problemsOf(json: unknown): Generator<string> {
  if (!isObject(json)) {
    yield "it is not a JSON object";
    return;
  }
  const { format, modelTopology, trainingConfig, userDefinedMetadata, weightsManifest } = json;
  // older writers leave the format out
  if (format !== undefined && format !== "layers-model") {
    yield `its format is ${show(format)}, not "layers-model"`;
  }
  if (!isObject(modelTopology)) yield "modelTopology is not an object";
  if (trainingConfig !== undefined && !isObject(trainingConfig))
    yield "trainingConfig is not an object";
  if (userDefinedMetadata !== undefined && !isObject(userDefinedMetadata)) {
    yield "userDefinedMetadata is not an object";
  }
  if (!Array.isArray(weightsManifest)) {
    yield "weightsManifest is not an array";
    return;
  }
  const names = new Set<unknown>();
  for (const [index, group] of (weightsManifest as unknown[]).entries()) {
    yield* groupProblems(group, `weightsManifest[${index}]`, names);
  }
}

function* groupProblems(group: unknown, at: string, names: Set<unknown>): Generator<string> {
  if (!isObject(group) || !Array.isArray(group["paths"]) || !Array.isArray(group["weights"])) {
    yield `${at} has no paths or no weights`;
    return;
  }
  for (const path of group["paths"] as unknown[]) {
    if (typeof path !== "string" || !isBelow(path)) {
      yield `${at} names the file ${show(path)}, which is not inside the model's directory`;
    }
  }
  for (const [index, spec] of (group["weights"] as unknown[]).entries()) {
    yield* specProblems(spec, `${at}.weights[${index}]`);
    const name = isObject(spec) ? spec["name"] : undefined;
    if (name !== undefined && names.has(name)) yield `two weights have the name ${show(name)}`;
    names.add(name);
  }
}

function* specProblems(spec: unknown, at: string): Generator<string> {
  if (!isObject(spec) || typeof spec["name"] !== "string") {
    yield `${at} has no name`;
    return;
  }
  const { name, shape, dtype, quantization } = spec;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    yield `weight ${show(name)} has the shape ${show(shape)}`;
  }
  if (!isKey(dtype, bytesPerElement)) {
    yield `weight ${show(name)} has the dtype ${show(dtype)}, not ${keys(bytesPerElement)}`;
  }
  const stored = isObject(quantization) ? quantization["dtype"] : quantization;
  if (quantization !== undefined && !isKey(stored, quantizedBytesPerElement)) {
    yield `weight ${show(name)} is quantized to ${show(stored)}, not ${keys(quantizedBytesPerElement)}`;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKey(value: unknown, table: object): boolean {
  return typeof value === "string" && Object.hasOwn(table, value);
}

function keys(table: object): string {
  return Object.keys(table).join(", ");
}

/** Neither absolute nor climbing out, on any system. */
function isBelow(path: string): boolean {
  return !/^[/\\]|^[a-z]:|\0/i.test(path) && !path.split(/[/\\]/).includes("..");
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
