/** A whole number as messages show it: 47,040,016. */
export function figure(value: number | bigint): string {
  return value.toLocaleString("en-US");
}

/** One entry to a line, indented under the sentence that introduces them. */
export function list(entries: readonly string[]): string {
  return entries.map((entry) => `\n  - ${entry.replaceAll("\n", "\n  ")}`).join("");
}
