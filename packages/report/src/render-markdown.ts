import stringWidth from "string-width";
import {
  type Block,
  type Cell,
  reportDocument,
  type Section,
  type Table,
} from "./report-document.ts";
import type { RunRecord } from "./run-record.ts";

/**
 * The report as GitHub Flavored Markdown (tables and footnotes), ending with a line break. Charts are
 * left out: tables say the same.
 */
export function renderMarkdown(record: RunRecord): string {
  const report = reportDocument(record);
  return (
    [
      `# ${escapeMarkdown(report.title)}`,
      ...(report.warning
        ? [
            `> [!WARNING]\n> **${escapeMarkdown(report.warning.title)}**\n>\n` +
              `> ${paragraph(report.warning.text)}`,
          ]
        : []),
      paragraph(report.subtitle),
      report.highlights
        .map(
          ({ label, value, detail }) =>
            `- ${escapeMarkdown(label)}: **${escapeMarkdown(value)}** (${escapeMarkdown(detail)})`,
        )
        .join("\n"),
      ...report.sections.map(renderSection),
      ...(report.notes.length === 0
        ? []
        : [report.notes.map((note, i) => `[^${i + 1}]: ${escapeMarkdown(note)}`).join("\n")]),
    ].join("\n\n") + "\n"
  );
}

/**
 * Text that Markdown shows as it is, inside a heading, a paragraph or a table cell: no emphasis, link,
 * footnote, HTML or cell border comes out of it. It has no line breaks.
 */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replaceAll(/[\\`*[\]#|~$]/g, String.raw`\$&`)
      // Inside a word it is no sign of emphasis.
      .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // GitHub makes links of bare addresses, and takes the backslashes into them.
      .replaceAll("://", String.raw`:\/\/`)
      .replaceAll(/(www)\./gi, String.raw`$1\.`)
      .replaceAll(/(?<=[\w.+-])@/g, String.raw`\@`)
  );
}

/** Escaped, and no list, rule or underlined heading either, at the start of a line. */
function paragraph(text: string): string {
  return escapeMarkdown(text)
    .replace(/^[-+=]/, String.raw`\$&`)
    .replace(/^(\d+)([.)])/, String.raw`$1\$2`);
}

function renderSection({ title, blocks }: Section): string {
  return [
    `## ${escapeMarkdown(title)}`,
    ...blocks.flatMap((block) => renderBlock(block) ?? []),
  ].join("\n\n");
}

function renderBlock(block: Block): string | undefined {
  switch (block.kind) {
    case "paragraph":
      return paragraph(block.text);
    case "table":
      return [
        `**${escapeMarkdown(block.caption)}**`,
        renderTable(block),
        ...(block.legend === undefined ? [] : [paragraph(block.legend)]),
      ].join("\n\n");
    case "bars":
    case "lines":
    case "memory-plan":
      return undefined;
    default:
      return block satisfies never;
  }
}

/** Padded, so that the source can be read as well. */
function renderTable({ columns, rows }: Table): string {
  const texts = [
    columns.map(({ header }) => escapeMarkdown(header)),
    ...rows.map((row) => row.map(cellText)),
  ];
  const widths = columns.map((_, column) =>
    texts.reduce((width, row) => Math.max(width, stringWidth(row[column] ?? "")), 4),
  );
  const [head = "", ...body] = texts.map((row) =>
    line(
      row.map((text, column) => {
        const blanks = " ".repeat((widths[column] ?? 0) - stringWidth(text));
        return columns[column]?.align === "end" ? blanks + text : text + blanks;
      }),
    ),
  );
  const rule = line(
    columns.map(({ align }, column) => {
      const dashes = "-".repeat((widths[column] ?? 0) - 1);
      return align === "end" ? `${dashes}:` : `${dashes}-`;
    }),
  );
  return [head, rule, ...body].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cellText({ text, note }: Cell): string {
  return escapeMarkdown(text) + (note === undefined ? "" : `[^${note}]`);
}
