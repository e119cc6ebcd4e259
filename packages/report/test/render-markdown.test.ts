import { renderMarkdown } from "@smidgen/report";
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
