import { UserError } from "@smidgen/errors";

export type JsonObject = Readonly<Record<string, unknown>>;

/** @param at names the text in messages */
export function parseJson(text: string, at: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError("invalid-model", `${at} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
