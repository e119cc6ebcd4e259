import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { Style } from "./render-terminal.ts";
import type { Cell, Column, Table } from "./report-document.ts";

/**
 * A table in at most `width` columns. Where it is too wide, its widest columns wrap between words; where
 * even that is too wide, each row becomes a short list of "header: cell".
 *
 * What is hard about tables in terminals is done by string-width (East Asian and emoji widths) and wrap-ansi.
 */
export function terminalTable(table: Table, width: number, style: Style): string {
  const texts = table.rows.map((row) => row.map(cellText));
  const widths = columnWidths(
    table.columns,
    texts,
    width - gap.length * (table.columns.length - 1),
  );
  if (widths === undefined) return asLists(table.columns, texts, width, style);

  const rows = table.grouped ? withGroupsApart(texts) : texts;
  const line = (cells: readonly string[]) => tableLine(cells, widths, table.columns);
  const head = [
    line(table.columns.map(({ header }) => header)),
    widths.map((columnWidth) => "─".repeat(columnWidth)).join(gap),
  ];
  return [...(table.headless ? [] : head.map(style.muted)), ...rows.map(line)].join("\n");
}

const gap = "  ";

function cellText({ text, note }: Cell): string {
  return note === undefined ? text : `${text} [${note}]`;
}

/** A name is shown on the first of its rows only, and an empty line comes before the next name. */
function withGroupsApart(rows: readonly (readonly string[])[]): (readonly string[])[] {
  return rows.flatMap((row, position) => {
    const previous = rows[position - 1];
    if (previous === undefined) return [row];
    return previous[0] === row[0] ? [["", ...row.slice(1)]] : [[""], row];
  });
}

/** Undefined where not even the longest words fit beside each other. */
function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available: number,
): number[] | undefined {
  const columnTexts = columns.map(({ header }, position) => [
    header,
    ...rows.map((row) => row[position] ?? ""),
  ]);
  const longestWords = columnTexts.map((texts) => widest(texts.flatMap((text) => text.split(" "))));
  const widths = columnTexts.map(widest);
  while (sum(widths) > available) {
    const slack = widths.map((columnWidth, position) =>
      columnWidth > (longestWords[position] ?? 0) ? columnWidth : 0,
    );
    const widestSlack = Math.max(...slack);
    if (widestSlack === 0) return undefined;
    widths[slack.indexOf(widestSlack)] = widestSlack - 1;
  }
  return widths;
}

function tableLine(
  cells: readonly string[],
  widths: readonly number[],
  columns: readonly Column[],
): string {
  const wrapped = cells.map((cell, position) => wrapAnsi(cell, widths[position] ?? 0).split("\n"));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    wrapped
      .map((lines, position) =>
        pad(lines[row] ?? "", widths[position] ?? 0, columns[position]?.align ?? "start"),
      )
      .join(gap)
      .trimEnd(),
  ).join("\n");
}

function pad(text: string, width: number, align: Column["align"]): string {
  const blanks = " ".repeat(Math.max(0, width - stringWidth(text)));
  return align === "start" ? text + blanks : blanks + text;
}

function asLists(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  style: Style,
): string {
  return rows
    .map(([name = "", ...cells]) =>
      [
        style.caption(wrapAnsi(name, width, { hard: true })),
        ...cells.map((cell, position) =>
          wrapAnsi(`${columns[position + 1]?.header ?? ""}: ${cell}`, width - gap.length, {
            hard: true,
          })
            .split("\n")
            .map((line) => gap + line)
            .join("\n"),
        ),
      ].join("\n"),
    )
    .join("\n");
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, stringWidth(text)), 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
