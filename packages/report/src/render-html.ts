import { drawBars } from "./charts/draw-bars.ts";
import { dashes, drawLines } from "./charts/draw-lines.ts";
import { drawMemoryPlan } from "./charts/draw-memory-plan.ts";
import { seriesColor } from "./charts/plot.ts";
import { type Markup, markup, trustedMarkup } from "./markup.ts";
import { pageStyle } from "./page-style.ts";
import {
  type Block,
  type Cell,
  type Chart,
  type Column,
  type LineChart,
  type ReportDocument,
  reportDocument,
  type Section,
  type Table,
} from "./report-document.ts";
import type { RunRecord } from "./run-record.ts";

/**
 * The report as one HTML file that needs nothing else: no network, no script, no other file. It follows
 * the reader's light or dark theme, fits a phone, and prints.
 */
export function renderHtml(record: RunRecord): string {
  const report = reportDocument(record);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Smidgen">
<!-- Whatever the record says, this page loads nothing and runs nothing. -->
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${report.title}</title>
<style>${trustedMarkup(pageStyle)}</style>
</head>
<body>
${warningBanner(report)}<header>
<h1>${report.title}</h1>
<p>${report.subtitle}</p>
${highlightList(report)}</header>
<main>
${report.sections.map(renderSection)}${noteList(report)}</main>
<footer><p>Made by Smidgen from a run record. The same record always gives this same page.</p></footer>
</body>
</html>
`.source;
}

function warningBanner({ warning }: ReportDocument): Markup | undefined {
  if (warning === undefined) return undefined;
  return markup`<aside class="warning" aria-label="Warning">
<p><strong>${warning.title}</strong></p>
<p>${warning.text}</p>
</aside>
`;
}

function highlightList({ highlights }: ReportDocument): Markup {
  const items = highlights.map(
    ({ label, value, detail }) => markup`<div>
<dt>${label}</dt>
<dd class="value">${value}</dd>
<dd>${detail}</dd>
</div>
`,
  );
  return markup`<dl class="highlights">
${items}</dl>
`;
}

function renderSection({ id, title, blocks }: Section): Markup {
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${blocks.map((block, position) => renderBlock(block, `${id}-${position + 1}`))}</section>
`;
}

function renderBlock(block: Block, id: string): Markup {
  switch (block.kind) {
    case "paragraph":
      return markup`<p>${block.text}</p>\n`;
    case "table":
      return renderTable(block, id);
    case "bars":
      return figure(block, block.parts.length > 1 ? block.parts.map(barKey) : [], drawBars(block));
    case "lines":
      return figure(block, block.lines.map(lineKey), drawLines(block));
    case "memory-plan":
      return figure(block, [], drawMemoryPlan(block));
    default:
      return block satisfies never;
  }
}

function figure({ kind, caption }: Chart, keys: readonly Markup[], chart: Markup): Markup {
  return markup`<figure class="${kind}">
<figcaption>${caption}${keys.length > 0 && markup`<span class="key">${keys}</span>`}</figcaption>
<div class="scroll" tabindex="0">${chart}</div>
</figure>
`;
}

function barKey(label: string, position: number): Markup {
  const sign = markup`<rect width="12" height="12" fill="${seriesColor(position)}"/>`;
  return markup`<span><svg width="12" height="12" aria-hidden="true">${sign}</svg> ${label}</span>`;
}

function lineKey({ label }: LineChart["lines"][number], position: number): Markup {
  const dashed = position > 0 && markup` stroke-dasharray="${dashes}"`;
  const sign = markup`<path d="M1,6H25" stroke="${seriesColor(position)}" stroke-width="2"${dashed}/>`;
  return markup`<span><svg width="26" height="12" aria-hidden="true">${sign}</svg> ${label}</span>`;
}

/** Scrolls sideways on its own where it is wider than the page; the keyboard can reach it. */
function renderTable(table: Table, id: string): Markup {
  const headers = table.columns.map(
    ({ header, align }) => markup`<th scope="col" class="${align}">${header}</th>`,
  );
  const head = markup`<thead>
<tr>${headers}</tr>
</thead>
`;
  return markup`<div class="scroll" role="group" aria-labelledby="${id}" tabindex="0">
<table class="${table.headless ? "facts" : "figures"}">
<caption id="${id}"><span>${table.caption}</span></caption>
${!table.headless && head}${rowGroups(table).map((rows) => rowGroup(table, rows))}</table>
</div>
${table.legend !== undefined && markup`<p class="legend">${table.legend}</p>\n`}`;
}

type Row = readonly Cell[];

/** Rows that share their first cell, or all rows where the table is not grouped. */
function rowGroups({ grouped, rows }: Table): readonly (readonly Row[])[] {
  if (!grouped) return [rows];
  const groups: Row[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]?.[0]?.text === row[0]?.text) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function rowGroup({ grouped, columns }: Table, rows: readonly Row[]): Markup {
  const lines = rows.map(([name, ...cells], position) => {
    const isNamed = !grouped || position === 0;
    const span = grouped && markup` rowspan="${rows.length}"`;
    const scope = grouped ? "rowgroup" : "row";
    return markup`<tr>${isNamed && markup`<th scope="${scope}"${span}>${name?.text}</th>`}${cells.map(
      (cell, index) => renderCell(cell, columns[index + 1]?.align ?? "start"),
    )}</tr>\n`;
  });
  return markup`<tbody>
${lines}</tbody>
`;
}

function renderCell({ text, note, cited }: Cell, align: Column["align"]): Markup {
  const content =
    note === undefined
      ? text
      : markup`<span class="missing">${text}</span><sup><a href="#note-${note}" aria-label="note ${note}">${note}</a></sup>`;
  return markup`<td class="${align}${cited && " cited"}">${content}</td>`;
}

function noteList({ notes }: ReportDocument): Markup | undefined {
  if (notes.length === 0) return undefined;
  const items = notes.map((note, position) => markup`<li id="note-${position + 1}">${note}</li>\n`);
  return markup`<section aria-labelledby="notes">
<h2 id="notes">Notes</h2>
<ol>
${items}</ol>
</section>
`;
}
