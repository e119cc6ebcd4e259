/** Of the HTML report. Colors are custom properties, so that the charts follow the theme too. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --raised: #f5f6f8;
  --ink: #1b1f24;
  --muted: #57606c;
  --line: #d9dee4;
  --link: #0a58b5;
  --shadow: #1b1f2440;
  --warning: #a3180f;
  --on-warning: #ffffff;
  --series-1: #1f6fcb;
  --series-2: #c4570a;
  --series-3: #5c7a3c;
  --tint-1: #d5e6fa;
  --tint-2: #fbe3cf;
  --tint-3: #e2edd5;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b;
    --raised: #1d2126;
    --ink: #e8ebef;
    --muted: #a6b0bc;
    --line: #343b44;
    --link: #7db8ff;
    --shadow: #000000b0;
    --warning: #c93a30;
    --series-1: #6fb1ff;
    --series-2: #ff9f5f;
    --series-3: #a3c77c;
    --tint-1: #1e3a5c;
    --tint-2: #55331a;
    --tint-3: #334622;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  max-width: 60rem;
  margin: 0 auto;
  padding: 1.5rem 1.25rem 3rem;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  overflow-wrap: break-word;
}
h1 { margin: 0.5rem 0 0; font-size: clamp(1.6rem, 5vw, 2.25rem); line-height: 1.15; letter-spacing: -0.015em; }
h2 { margin: 3rem 0 0.75rem; padding-top: 0.75rem; border-top: 2px solid var(--ink); font-size: 1.3rem; line-height: 1.25; }
p { max-width: 44rem; }
header p { margin: 0.5rem 0 1.5rem; color: var(--muted); }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.warning {
  margin: 0 0 1.5rem;
  padding: 1rem 1.25rem;
  border: 4px solid var(--warning);
  border-radius: 0.5rem;
  background: var(--warning);
  color: var(--on-warning);
}
.warning p { max-width: none; margin: 0; }
.warning p + p { margin-top: 0.25rem; }
.warning strong { font-size: 1.35rem; line-height: 1.25; }
.highlights {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 12.5rem), 1fr));
  gap: 0.75rem;
  margin: 0;
}
.highlights div { padding: 0.85rem 1rem; border-radius: 0.5rem; background: var(--raised); }
.highlights dt { color: var(--muted); font-size: 0.85rem; }
.highlights dd { margin: 0; font-size: 0.85rem; line-height: 1.4; }
.highlights .value { margin: 0.1rem 0 0.2rem; font-size: 1.25rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.scroll {
  margin-top: 1rem;
  overflow-x: auto;
  /* Shadows at the sides that have more to show: two move with the content and cover two that do not. */
  background:
    linear-gradient(to right, var(--paper) 30%, transparent) left / 2.5rem 100% no-repeat local,
    linear-gradient(to left, var(--paper) 30%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(to right, var(--shadow), transparent) left / 0.7rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shadow), transparent) right / 0.7rem 100% no-repeat scroll;
}
figure .scroll { margin-top: 0; }
table { width: 100%; border-collapse: collapse; font-size: 0.925rem; font-variant-numeric: tabular-nums; }
caption { padding: 0.5rem 0 0.35rem; text-align: start; font-weight: 650; }
caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 2.5rem); }
th, td { padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
th:first-child { padding-inline-start: 0; }
th:last-child, td:last-child { padding-inline-end: 0; }
thead th { border-bottom-color: var(--muted); color: var(--muted); font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 600; }
.end { text-align: end; white-space: nowrap; }
thead .end { white-space: normal; }
tbody + tbody { border-top: 1px solid var(--muted); }
.facts th { width: 17rem; color: var(--muted); font-weight: 400; }
td.start { min-width: 8rem; }
td.start:last-child { min-width: 12rem; }
.facts td { min-width: 0; }
.cited { background: var(--raised); color: var(--muted); font-style: italic; }
.missing { color: var(--muted); font-style: italic; }
sup { font-size: 0.75em; line-height: 0; }
sup a { padding: 0.35em 0.2em; }
.legend { max-width: none; margin: 0.4rem 0 0; color: var(--muted); font-size: 0.85rem; }
figure { margin: 1.25rem 0; }
figcaption { margin-bottom: 0.5rem; font-size: 0.925rem; font-weight: 650; }
.key { display: flex; flex-wrap: wrap; gap: 0 1.25rem; font-weight: 400; }
.key svg { vertical-align: -0.05em; }
figure .scroll > svg { display: block; width: 100%; height: auto; }
figure svg text { white-space: pre; }
.bars, .lines { max-width: 27.5rem; }
.memory-plan { max-width: 54rem; }
.lines { display: inline-block; width: 100%; vertical-align: top; }
.memory-plan svg { min-width: 40rem; }
footer { margin-top: 3rem; color: var(--muted); font-size: 0.85rem; }
li { max-width: 44rem; margin: 0.25rem 0; }
li:target { background: var(--raised); outline: 0.35rem solid var(--raised); }
@media (max-width: 40rem) {
  table { font-size: 0.875rem; }
  th, td { padding: 0.4rem 0.5rem; }
  .figures tbody th { position: sticky; left: 0; max-width: 7.5rem; background: var(--paper); }
  .facts th { width: 40%; }
}
@media (min-width: 60rem) {
  .lines { width: calc(50% - 1.25rem); }
  .lines + .lines { margin-inline-start: 2rem; }
}
@media print {
  :root { color-scheme: light; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  .scroll { overflow: visible; background: none; }
  caption span { max-width: none; }
  h2, caption, figcaption, section > p:not(.legend) { break-after: avoid; }
  .legend { break-before: avoid; }
  td.start:last-child { min-width: 0; }
  th, td { padding-block: 0.2rem; }
  h2 { margin-top: 1.5rem; }
  p, figure, tr, .scroll, .highlights div, .warning { break-inside: avoid; }
  .highlights { grid-template-columns: repeat(4, 1fr); }
  .lines { width: 48%; margin-inline-end: 1%; }
  .lines + .lines { margin-inline-start: 1%; }
  thead { display: table-header-group; }
  .warning, .highlights div, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .memory-plan svg { min-width: 0; }
}
`;
