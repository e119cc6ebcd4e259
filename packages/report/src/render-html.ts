import { drawBars } from "./charts/draw-bars.ts";
import { dashes, drawLines } from "./charts/draw-lines.ts";
import { drawMemoryPlan } from "./charts/draw-memory-plan.ts";
import { seriesColor } from "./charts/plot.ts";
import { type Html, html, trustedHtml } from "./html.ts";
import { pageStyle } from "./page-style.ts";
import {
  type Block,
  type Cell,
  type Chart,
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
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="Smidgen" />
        <!-- Whatever the record says, this page loads nothing and runs nothing. -->
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${report.title}</title>
        <style>
          ${trustedHtml(pageStyle)}
        </style>
      </head>
      <body>
        ${warningBanner(report)}
        <header>
          <h1>${report.title}</h1>
          <p>${report.subtitle}</p>
          ${highlightList(report)}
        </header>
        <main>${report.sections.map(renderSection)} ${noteList(report)}</main>
        <footer>
          <p>Made by Smidgen from a run record. The same record always gives this same page.</p>
        </footer>
      </body>
    </html> `.source;
}

function warningBanner({ warning }: ReportDocument): Html | undefined {
  if (warning === undefined) return undefined;
  return html`<aside class="warning" aria-label="Warning">
    <p><strong>${warning.title}</strong></p>
    <p>${warning.text}</p>
  </aside>`;
}

function highlightList({ highlights }: ReportDocument): Html {
  const items = highlights.map(
    ({ label, value, detail }) =>
      html`<div>
        <dt>${label}</dt>
        <dd class="value">${value}</dd>
        <dd>${detail}</dd>
      </div> `,
  );
  return html`<dl class="highlights">${items}</dl>`;
}

function renderSection({ id, title, blocks }: Section): Html {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${blocks.map((block, position) => renderBlock(block, `${id}-${position + 1}`))}
  </section> `;
}

function renderBlock(block: Block, id: string): Html {
  switch (block.kind) {
    case "paragraph":
      return html`<p>${block.text}</p> `;
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

function figure({ kind, caption }: Chart, keys: readonly Html[], chart: Html): Html {
  const key = keys.length === 0 ? undefined : html`<span class="key">${keys}</span>`;
  return html`<figure class="${kind}">
    <figcaption>${caption}${key}</figcaption>
    <div class="scroll" tabindex="0">${chart}</div>
  </figure> `;
}

function barKey(label: string, position: number): Html {
  return html`<span
    ><svg width="12" height="12" aria-hidden="true">
      <rect width="12" height="12" fill="${seriesColor(position)}" />
    </svg>
    ${label}</span
  > `;
}

function lineKey({ label }: { readonly label: string }, position: number): Html {
  const stroke = position === 0 ? "none" : dashes;
  return html`<span
    ><svg width="26" height="12" aria-hidden="true">
      <line
        x1="1"
        y1="6"
        x2="25"
        y2="6"
        stroke="${seriesColor(position)}"
        stroke-width="2"
        stroke-dasharray="${stroke}"
      />
    </svg>
    ${label}</span
  > `;
}

/** Scrolls sideways on its own where it is wider than the page; the keyboard can reach it. */
function renderTable(table: Table, id: string): Html {
  const head = html`<thead>
    <tr>
      ${table.columns.map(({ header, align }) => html`<th scope="col" class="${align}">${header}</th>`)}
    </tr>
  </thead> `;
  const legend =
    table.legend === undefined ? undefined : html`<p class="legend">${table.legend}</p> `;
  return html`<div class="scroll" role="group" aria-labelledby="${id}" tabindex="0">
      <table class="${table.headless ? "facts" : "figures"}">
        <caption id="${id}">
          <span>${table.caption}</span>
        </caption>
        ${table.headless ? undefined : head}
        ${rowGroups(table).map((rows) => rowGroup(table, rows))}
      </table>
    </div>
    ${legend}`;
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

function rowGroup({ grouped, columns }: Table, rows: readonly Row[]): Html {
  const name = ([first]: Row, position: number) => {
    if (!grouped) return html`<th scope="row">${first && cellContent(first)}</th>`;
    if (position > 0) return undefined;
    return html`<th scope="rowgroup" rowspan="${rows.length}">${first && cellContent(first)}</th>`;
  };
  const lines = rows.map(
    (row, position) =>
      html`<tr>
        ${name(row, position)}${row
          .slice(1)
          .map(
            (cell, index) =>
              html`<td class="${columns[index + 1]?.align} ${cell.cited && "cited"}">
                ${cellContent(cell)}
              </td>`,
          )}
      </tr> `,
  );
  return html`<tbody>
    ${lines}
  </tbody> `;
}

function cellContent({ text, note }: Cell): Html {
  if (note === undefined) return html`${text}`;
  return html`<span class="missing">${text}</span
    ><sup><a href="#note-${note}" aria-label="note ${note}">${note}</a></sup>`;
}

function noteList({ notes }: ReportDocument): Html | undefined {
  if (notes.length === 0) return undefined;
  return html`<section aria-labelledby="notes">
    <h2 id="notes">Notes</h2>
    <ol>
      ${notes.map((note, position) => html`<li id="note-${position + 1}">${note}</li> `)}
    </ol>
  </section> `;
}
