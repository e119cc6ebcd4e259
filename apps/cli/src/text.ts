import Table from "cli-table3";
import pc from "picocolors";

/** `1,234,567` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 operator`, `1,234 operators` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function heading(text: string): string {
  return pc.bold(text);
}

const noLines = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map((part) => [part, ""]),
);

/** Columns apart by two spaces, without lines. `rightAligned`: positions of the columns with figures. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[],
): string {
  const drawn = new Table({
    head: head.map((title) => pc.dim(title)),
    colAligns: head.map((_, column) => (rightAligned.includes(column) ? "right" : "left")),
    chars: { ...noLines, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString().replaceAll(/ +$/gm, "");
}

/** Text from a file may hold anything: control characters would steer the terminal. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ");
}

/** At most `length` characters: the beginning, and the end, which often tells names apart. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - end)}…${text.slice(-end)}`;
}
