import { parseRunRecord, renderMarkdown } from "@smidgen/report";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { expect, test } from "vitest";
import { escapeMarkdown } from "../src/render-markdown.ts";
import { deployedRecord, fallbackRecord, mnistRecord, smallestRecord } from "./fixtures/records.ts";
import { hostileTexts, withTexts } from "./fixtures/with-texts.ts";

test.each([
  ["mnist.md", mnistRecord],
  ["fallback.md", fallbackRecord],
  ["smallest.md", smallestRecord],
  ["deployed.md", deployedRecord],
])("%s", async (file, record) => {
  await expect(renderMarkdown(record)).toMatchFileSnapshot(`__snapshots__/markdown/${file}.snap`);
});

test("a Markdown reader finds the tables, with all their cells, and the notes", () => {
  const page = toHtml(renderMarkdown(mnistRecord));
  expect(page.match(/<h2/g)).toHaveLength(10);
  expect(page.match(/<table>/g)).toHaveLength(13);
  expect(page).toContain("<td>TensorFlow.js (Keras-style)</td>");
  expect(page).toContain('<td align="right">412,345</td>');
  expect(page.match(/<li id="user-content-fn-/g)).toHaveLength(5);
  expect(page).not.toContain("[^");
});

test("networks for a budget have a table, with what could not be measured", () => {
  const row = {
    name: "Tiny",
    description: "conv 8",
    budget: "4 KB of RAM",
    parameters: 9074,
    seeds: 3,
    accuracy: 0.9945,
    int8Accuracy: 0.9943,
  };
  const networks = {
    examples: 10_000,
    chip: "Arm Cortex-M0",
    rows: [
      { ...row, chip: { flashBytes: 13_000, ramBytes: 3900 } },
      { ...row, name: "Other", chip: null },
    ],
  };
  const text = renderMarkdown(
    parseRunRecord(JSON.stringify({ ...mnistRecord, networks }), "run.json"),
  );
  expect(text).toContain("Networks for a budget, on 10,000 test examples");
  expect(text).toMatch(
    /Tiny: conv 8 +\| 4 KB of RAM +\| +9,074 \| +3 \| +0\.9945 \| +0\.9943 \| +13,000 \| +3,900/,
  );
  expect(text).toMatch(/Other.*not measured +\| +not measured/);
});

test("schemes of quantization have a table, each against the first", () => {
  const row = { calibration: null, fileBytes: 1000, arenaBytes: 64, accuracy: 0.97, loss: 0.1 };
  const schemes = {
    examples: 2000,
    rows: [
      { ...row, scheme: "float32" },
      { ...row, scheme: "int4 | int8", calibration: "min-max", accuracy: 0.9685, loss: 0.125 },
    ],
  };
  const text = renderMarkdown(
    parseRunRecord(JSON.stringify({ ...mnistRecord, schemes }), "run.json"),
  );
  expect(text).toContain("The same network in 2 schemes, on 2,000 test examples");
  const cells = [...toHtml(text).matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell);
  const at = cells.indexOf("int4 | int8");
  expect(cells.slice(at, at + 7)).toEqual([
    "int4 | int8",
    "min-max",
    "1,000",
    "64",
    "0.9685",
    "−0.0015",
    "0.1250",
  ]);
  expect(renderMarkdown(mnistRecord)).not.toContain("Schemes of quantization");
});

test("the warning about a fallback is the first thing under the title", () => {
  expect(renderMarkdown(fallbackRecord)).toMatch(
    /^# .+\n\n> \[!WARNING\]\n> \*\*These figures are not/,
  );
  expect(renderMarkdown(mnistRecord)).not.toContain("WARNING");
});

test("no text of the record becomes markup", () => {
  const harmless = markup(renderMarkdown(withTexts(fallbackRecord, () => "x")));
  const check = (text: string) => {
    expect(markup(renderMarkdown(withTexts(fallbackRecord, () => text)))).toEqual(harmless);
  };
  for (const text of hostileTexts) check(text);
  fc.assert(fc.property(markdownText(), check), { numRuns: 10 });
});

test("a Markdown reader shows escaped text as it was", () => {
  fc.assert(
    fc.property(markdownText(), (text) => {
      const page = toHtml(`| x ${escapeMarkdown(text)} x |\n| --- |`);
      expect(decoded(page)).toContain(`<th>x ${text} x</th>`);
    }),
    { numRuns: 300 },
  );
});

/** Texts of Markdown's own signs, of which random text has too few. */
function markdownText() {
  const signs = [
    ...Array.from("\\`*_{}[]()#+-.!|<>&~^=:/@$\"' 01ab"),
    "http://",
    "www.",
    "&lt;",
    "[^1]",
    "</td>",
  ];
  return fc.array(fc.constantFrom(...signs), { maxLength: 24 }).map((parts) => parts.join(""));
}

/** Through the reference parser of CommonMark and GitHub's extensions. */
function toHtml(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
}

function markup(markdown: string): string[] {
  return toHtml(markdown).match(/<[^>]*>/g) ?? [];
}

function decoded(html: string): string {
  return html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
