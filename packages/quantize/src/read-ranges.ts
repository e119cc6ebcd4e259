import { UserError } from "@smidgen/errors";
import type { Graph } from "@smidgen/graph";
import { list } from "./operands.ts";
import type { Range, Ranges } from "./ranges.ts";

export interface ReadRangesOptions {
  /** The file's name, for messages. */
  readonly name?: string;
  /** The graph that is to be quantized with them, if they are to be checked against its tensors. */
  readonly graph?: Graph;
}

/**
 * Ranges from JSON, as `writeRanges` wrote them or as someone has edited them since.
 *
 * @throws UserError `invalid-ranges`, naming every entry that cannot be used: what is no JSON, no range, not finite, out
 * of order, has only one of `scale` and `zeroPoint`, or is of no tensor of the graph.
 */
export function readRanges(text: string, options: ReadRangesOptions = {}): Ranges {
  const { name = "the ranges", graph } = options;
  const refuse = (problems: readonly string[]): UserError =>
    new UserError("invalid-ranges", `${name} cannot be used:\n${list(problems)}`, {
      hint: 'It looks like { "samples": 500, "tensors": { "conv": { "min": -1, "max": 1 } } }.',
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw refuse([`it is not JSON: ${(cause as Error).message}`]);
  }
  if (!isObject(parsed)) throw refuse(["it is no object"]);
  const { samples, method, tensors, ...others } = parsed;
  const known = new Set(graph?.tensors.map((tensor) => tensor.name));
  const problems = [
    ...Object.keys(others).map((key) => `${JSON.stringify(key)} has no meaning`),
    ...(isCount(samples) ? [] : ['"samples" is not a whole number from 0 on']),
    ...(method === undefined || typeof method === "string" ? [] : ['"method" is no text']),
    ...(isObject(tensors) ? [] : ['"tensors" is no object']),
    ...Object.entries(isObject(tensors) ? tensors : {}).flatMap(([tensor, range]) =>
      [
        ...problemsOf(range),
        ...(graph === undefined || known.has(tensor) ? [] : ["there is no such tensor"]),
      ].map((problem) => `${JSON.stringify(tensor)}: ${problem}`),
    ),
  ];
  if (problems.length > 0) throw refuse(problems);
  return parsed as unknown as Ranges;
}

/** The same on every machine: tensors in their order, a line each. */
export function writeRanges({ samples, method, tensors }: Ranges): string {
  const rows = Object.entries(tensors).map(
    ([name, range]) => `    ${JSON.stringify(name)}: ${rowOf(range)}`,
  );
  const head = [`  "samples": ${samples},`];
  if (method !== undefined) head.push(`  "method": ${JSON.stringify(method)},`);
  return ["{", ...head, '  "tensors": {', rows.join(",\n"), "  }", "}", ""].join("\n");
}

function rowOf({ min, max, scale, zeroPoint }: Range): string {
  const entries = Object.entries({ min, max, scale, zeroPoint }).filter(
    ([, value]) => value !== undefined,
  );
  return `{ ${entries.map(([key, value]) => `"${key}": ${value}`).join(", ")} }`;
}

function problemsOf(range: unknown): readonly string[] {
  if (!isObject(range)) return ["it is no object with min and max"];
  const { min, max, scale, zeroPoint, ...others } = range;
  const areNumbers = isFinite(min) && isFinite(max);
  const isStored = scale !== undefined || zeroPoint !== undefined;
  const isScale = isFinite(scale) && scale > 0 && Math.fround(scale) === scale;
  return [
    ...Object.keys(others).map((key) => `${JSON.stringify(key)} has no meaning`),
    ...(areNumbers ? [] : ["min and max have to be finite numbers"]),
    ...(areNumbers && min > max ? [`min ${min} is larger than max ${max}`] : []),
    ...(isStored && !isScale ? ["scale has to be a positive float32, beside zeroPoint"] : []),
    ...(isStored && !Number.isInteger(zeroPoint)
      ? ["zeroPoint has to be a whole number, beside scale"]
      : []),
  ];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
