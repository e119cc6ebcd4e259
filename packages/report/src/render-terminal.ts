import { styleText } from "node:util";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import {
  type Block,
  type ReportDocument,
  reportDocument,
  type Section,
  type Table,
  type Warning,
} from "./report-document.ts";
import type { RunRecord } from "./run-record.ts";
import { terminalBars } from "./terminal-bars.ts";
import { terminalTable } from "./terminal-table.ts";

export interface TerminalOptions {
  /** Whether to use ANSI styles. The caller knows of NO_COLOR and of pipes. */
  readonly color: boolean;
  /** Width of the terminal; at least 20. No line is wider. */
  readonly columns: number;
}

/** The report as text for a terminal, ending with a line break. Of the charts it draws the bars;
 * tables say the same as the others. */
export function renderTerminal(record: RunRecord, { color, columns }: TerminalOptions): string {
  const width = Math.max(20, Math.min(columns, widestReadable));
  const report = reportDocument(record);
  const style = color ? colored : plain;
  return (
    [
      ...(report.warning ? [warningBox(report.warning, width, style)] : []),
      [style.title(wrap(report.title, width)), style.muted(wrap(report.subtitle, width))].join(
        "\n",
      ),
      highlightList(report, width, style),
      ...report.sections.map((section) => renderSection(section, width, style)),
      ...(report.notes.length === 0 ? [] : [noteList(report.notes, width, style)]),
    ].join("\n\n") + "\n"
  );
}

/** Longer lines are hard to follow with the eye, however wide the terminal. */
const widestReadable = 120;

export interface Style {
  readonly title: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly caption: (text: string) => string;
  readonly muted: (text: string) => string;
  readonly warning: (text: string) => string;
}

const plain: Style = {
  title: (text) => text,
  heading: (text) => text,
  caption: (text) => text,
  muted: (text) => text,
  warning: (text) => text,
};

const colored: Style = {
  title: styled(["bold"]),
  heading: styled(["bold", "cyan"]),
  caption: styled(["bold"]),
  muted: styled(["dim"]),
  warning: styled(["bold", "black", "bgYellow"]),
};

/** Line by line, so that a style never runs into what stands beside it. */
function styled(format: Parameters<typeof styleText>[0]): (text: string) => string {
  return (text) =>
    text
      .split("\n")
      // Whether to style was decided by the caller, not by what stdout is.
      .map((line) => (line === "" ? "" : styleText(format, line, { validateStream: false })))
      .join("\n");
}

/** A box of `#`, which is loud without colors too. */
function warningBox({ title, text }: Warning, width: number, style: Style): string {
  const inner = width - 6;
  const lines = [
    ...wrap(`WARNING: ${title}`, inner).split("\n"),
    "",
    ...wrap(text, inner).split("\n"),
  ];
  const border = "#".repeat(width);
  const boxed = lines.map(
    (line) => `#  ${line}${" ".repeat(Math.max(0, inner - stringWidth(line)))}  #`,
  );
  return style.warning([border, ...boxed, border].join("\n"));
}

function highlightList({ highlights }: ReportDocument, width: number, style: Style): string {
  const labelWidth = Math.max(...highlights.map(({ label }) => stringWidth(label)));
  return highlights
    .map(({ label, value, detail }) => {
      const name = label + " ".repeat(labelWidth - stringWidth(label));
      return hang(`${style.muted(name)}  `, `${style.caption(value)} (${detail})`, width);
    })
    .join("\n");
}

function renderSection({ title, blocks }: Section, width: number, style: Style): string {
  const heading = style.heading(
    `${wrap(title, width)}\n${"─".repeat(Math.min(width, stringWidth(title)))}`,
  );
  return [heading, ...blocks.flatMap((block) => renderBlock(block, width, style) ?? [])].join(
    "\n\n",
  );
}

function renderBlock(block: Block, width: number, style: Style): string | undefined {
  switch (block.kind) {
    case "paragraph":
      return wrap(block.text, width);
    case "table":
      return renderTable(block, width, style);
    case "bars":
      return renderTable(terminalBars(block), width, style);
    case "lines":
    case "memory-plan":
      return undefined;
    default:
      return block satisfies never;
  }
}

function renderTable(table: Table, width: number, style: Style): string {
  return [
    style.caption(wrap(table.caption, width)),
    terminalTable(table, width, style),
    ...(table.legend === undefined ? [] : [style.muted(wrap(table.legend, width))]),
  ].join("\n");
}

function noteList(notes: readonly string[], width: number, style: Style): string {
  const items = notes.map((note, position) => hang(`[${position + 1}] `, note, width));
  return [style.heading("Notes\n─────"), items.join("\n")].join("\n\n");
}

/** `text` beside `lead`, its further lines indented as far; below it where that leaves too little room. */
function hang(lead: string, text: string, width: number): string {
  const indent = stringWidth(lead);
  if (width - indent < 16) return `${lead.trimEnd()}\n${wrap(text, width)}`;
  return lead + wrap(text, width - indent).replaceAll("\n", `\n${" ".repeat(indent)}`);
}

function wrap(text: string, width: number): string {
  return wrapAnsi(text, width, { hard: true });
}
