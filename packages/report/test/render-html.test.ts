import { notMeasured, renderHtml, type RunRecord } from "@smidgen/report";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { fallbackRecord, mnistRecord, smallestRecord } from "./fixtures/records.ts";
import { harmlessTwin, hostileTexts, withTexts } from "./fixtures/with-texts.ts";

const records = { mnistRecord, fallbackRecord, smallestRecord };

test.each(Object.entries(records))("%s gives the same bytes each time", (_, record) => {
  const page = renderHtml(record);
  renderHtml(fallbackRecord);
  expect(renderHtml(structuredClone(record))).toBe(page);
});

test.each(Object.entries(records))("%s needs nothing but itself", (_, record) => {
  const { document } = parseHTML(renderHtml(record));
  expect(
    document.querySelectorAll("script, link, img, iframe, object, embed, base, form"),
  ).toHaveLength(0);
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^(on|src)/);
      expect(`${name}=${value}`).not.toMatch(/(url\(|:\/\/)/);
    }
  }
  expect(document.querySelector("style")?.textContent).not.toMatch(/url\(|@import/);
});

test.each(Object.entries(records))(
  "every link of %s leads somewhere, and names are unique",
  (_, record) => {
    const { document } = parseHTML(renderHtml(record));
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const reference of ["href", "aria-labelledby"]) {
      for (const element of document.querySelectorAll(`[${reference}]`)) {
        expect(ids).toContain(element.getAttribute(reference)?.replace(/^#/, ""));
      }
    }
  },
);

test("every row of a table has a cell for every header, spans counted", () => {
  const { document } = parseHTML(renderHtml(mnistRecord));
  const tables = [...document.querySelectorAll("table.figures")];
  expect(tables.length).toBeGreaterThan(8);
  for (const table of tables) {
    const columns = table.querySelectorAll("thead th[scope=col]").length;
    for (const group of table.querySelectorAll("tbody")) {
      const rows = [...group.querySelectorAll("tr")];
      const span = Number(group.querySelector("th[rowspan]")?.getAttribute("rowspan") ?? 1);
      expect(rows.length % span).toBe(0);
      const cells = group.querySelectorAll("th, td").length;
      const spanned = span === 1 ? 0 : span - 1;
      expect(cells + spanned).toBe(rows.length * columns);
    }
  }
});

test("no text of the record becomes markup, in the page or in its charts", () => {
  const check = (text: string) => {
    const page = renderHtml(withTexts(fallbackRecord, () => text));
    const harmless = renderHtml(withTexts(fallbackRecord, () => harmlessTwin(text)));
    expect(structure(page)).toEqual(structure(harmless));
  };
  for (const text of hostileTexts) check(text);
  fc.assert(fc.property(htmlText(), check), { numRuns: 10 });
});

test("the page shows the texts of the record as they are", () => {
  fc.assert(
    fc.property(htmlText(), (text) => {
      const { document } = parseHTML(renderHtml({ ...smallestRecord, title: `a ${text} b` }));
      const shown = `a ${text} b`.replaceAll(/\s+/g, " ");
      expect(document.querySelector("h1")?.textContent).toBe(shown);
      expect(document.querySelector("title")?.textContent).toBe(shown);
    }),
    { numRuns: 50 },
  );
});

test("the warning about a fallback comes before everything else, and only then", () => {
  const { document } = parseHTML(renderHtml(fallbackRecord));
  expect(document.body.firstElementChild?.className).toBe("warning");
  expect(document.body.firstElementChild?.textContent).toContain("not from MNIST");
  expect(renderHtml(mnistRecord)).not.toContain('class="warning"');
});

test("figures of the original study stand in rows of their own, marked as its", () => {
  const { document } = parseHTML(renderHtml(mnistRecord));
  const cited = [...document.querySelectorAll("tr")]
    .map((row) => [...row.querySelectorAll("td.cited")].map((cell) => cell.textContent))
    .filter((cells) => cells.length > 0);
  expect(cited).toEqual([
    ["original study: TensorFlow", "287", "0.9771", "0.0703", "~60", "~287"],
    ["original study: TensorFlow Lite", "89", "0.9771", "0.0703", "~15", "~80"],
    ["original study: TensorFlow Lite, quantized", "26", "0.9773", "0.0701", "–", "–"],
    ["original study: TensorFlow Lite Micro", "–", "–", "–", "~1", "~10"],
  ]);
});

test("without counterparts there is no comparison with the study", () => {
  const { counterpart: _, ...system } = mnistRecord.systems[0];
  const page = renderHtml({ ...mnistRecord, systems: [system] });
  expect(page).not.toContain("original study");
});

test("a figure that was not measured leads to the note that says why and how to get it", () => {
  const { document } = parseHTML(renderHtml(mnistRecord));
  const cells = [...document.querySelectorAll("td")].filter((cell) =>
    cell.textContent.startsWith("not measured"),
  );
  expect(cells.length).toBeGreaterThan(8);
  for (const cell of cells) {
    const note = cell.querySelector("a")?.getAttribute("href") ?? "";
    expect(document.querySelector(note)?.textContent).toMatch(
      /^Not measured because \S.+\. \S.+\.$/,
    );
  }
});

test.each<[string, Partial<RunRecord>]>([
  ["no epochs", { training: training([]) }],
  ["one epoch without validation", { training: training([[0.3, 0.9, null, null]]) }],
  [
    "a training that diverged",
    {
      training: training([
        [0.3, 0.9, 0.2, 0.9],
        [null, null, null, null],
      ]),
    },
  ],
  [
    "a thousand epochs",
    { training: training(Array.from({ length: 1000 }, () => [0.1, 0.9, 0.1, 0.9])) },
  ],
  ["a plan without bytes", plan(0, [["empty", 0, 0, 0, 0]])],
  ["a plan without tensors", plan(16, [])],
  [
    "a plan of a hundred operators",
    plan(
      4096,
      Array.from({ length: 100 }, (_, op) => [
        `t${op}`,
        (op % 2) * 2048,
        2048,
        op,
        Math.min(op + 1, 99),
      ]),
    ),
  ],
  [
    "nothing evaluated",
    { systems: [{ ...mnistRecord.systems[0], evaluation: notMeasured("no", "Do.") }] },
  ],
])("charts of %s are drawn without nonsense", (_, change) => {
  const page = renderHtml({ ...mnistRecord, ...change });
  expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  expect(structure(page).length).toBeGreaterThan(100);
});

type Scores = readonly (number | null)[];

function training(scores: readonly Scores[]): NonNullable<RunRecord["training"]> {
  const epochs = scores.map(
    ([loss = null, accuracy = null, valLoss = null, valAccuracy = null]) => ({
      loss,
      accuracy,
      valLoss,
      valAccuracy,
      seconds: 1,
    }),
  );
  return {
    batchSize: 32,
    optimizer: "Adam",
    learningRate: 0.001,
    seed: 1,
    backend: "cpu",
    backendReason: "nothing else loads",
    epochs,
  };
}

function plan(
  arenaBytes: number,
  boxes: readonly (readonly [string, number, number, number, number])[],
): Partial<RunRecord> {
  const placements = boxes.map(([tensor, offsetBytes, bytes, firstOp, lastOp]) => ({
    tensor,
    offsetBytes,
    bytes,
    firstOp,
    lastOp,
  }));
  const names = Array.from({ length: 99 }, () => "fully-connected");
  const memoryPlan = { arenaBytes, ops: ["reshape", ...names] as const, placements };
  return { systems: [{ ...mnistRecord.systems[0], memoryPlan }] };
}

/** Elements and the names of their attributes, in order. */
function structure(page: string): string[] {
  const { document } = parseHTML(page);
  return [...document.querySelectorAll("*")].map(
    (element) =>
      `${element.localName} ${[...element.attributes].map(({ name }) => name).join(" ")}`,
  );
}

function htmlText() {
  const signs = [
    ...Array.from("<>&\"'=/!-[]; ab"),
    "</",
    "<!--",
    "-->",
    "&lt;",
    "&#60;",
    "<script>",
    "]]>",
  ];
  return fc.array(fc.constantFrom(...signs), { maxLength: 24 }).map((parts) => parts.join(""));
}
