import { stripVTControlCharacters } from "node:util";
import { measured, renderTerminal } from "@smidgen/report";
import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { deployedRecord, fallbackRecord, mnistRecord, smallestRecord } from "./fixtures/records.ts";
import { hostileTexts, withTexts } from "./fixtures/with-texts.ts";

const color = false;

test.each([
  ["mnist-80.txt", mnistRecord, 80],
  ["fallback-60.txt", fallbackRecord, 60],
  ["smallest-32.txt", smallestRecord, 32],
  ["deployed-100.txt", deployedRecord, 100],
])("%s", async (file, record, columns) => {
  await expect(renderTerminal(record, { color, columns })).toMatchFileSnapshot(
    `__snapshots__/terminal/${file}.snap`,
  );
});

test.each([20, 33, 50, 64, 80, 100, 200])("no line is wider than %d columns", (columns) => {
  for (const record of [mnistRecord, fallbackRecord, smallestRecord, deployedRecord]) {
    expect(widestLine(renderTerminal(record, { color, columns }))).toBeLessThanOrEqual(columns);
  }
});

test("no line is wider than the terminal, whatever the texts", () => {
  fc.assert(
    fc.property(anyText(), fc.integer({ min: 20, max: 160 }), (text, columns) => {
      const record = withTexts(fallbackRecord, () => text);
      expect(widestLine(renderTerminal(record, { color, columns }))).toBeLessThanOrEqual(columns);
    }),
    { numRuns: 15 },
  );
});

test("the columns of a table stand under each other", () => {
  const lines = renderTerminal(mnistRecord, { color, columns: 100 }).split("\n");
  const header = lines.findIndex(
    (line) => line.startsWith("System") && line.includes("Compression"),
  );
  const ends = lines.slice(header, header + 6).map((line) => line.length);
  expect(new Set(ends).size).toBe(1);
});

test("colors change nothing but the colors", () => {
  const plain = renderTerminal(fallbackRecord, { color: false, columns: 80 });
  const colored = renderTerminal(fallbackRecord, { color: true, columns: 80 });
  expect(colored).not.toBe(plain);
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

test("a style ends on the line where it begins", () => {
  for (const line of renderTerminal(fallbackRecord, { color: true, columns: 80 }).split("\n")) {
    const sequences = line.split("\u001B[").length - 1;
    // Each style is a pair of sequences.
    expect(sequences % 2).toBe(0);
  }
});

test("no control character of the record reaches the terminal", () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      const shown = renderTerminal(
        withTexts(fallbackRecord, () => text),
        { color, columns: 80 },
      );
      expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u);
    }),
    { numRuns: 15 },
  );
});

test("the warning about a fallback comes first, and only then", () => {
  const render = (record: typeof mnistRecord) => renderTerminal(record, { color, columns: 80 });
  expect(render(fallbackRecord)).toMatch(/^#{80}\n#  WARNING: These figures are not from MNIST/);
  expect(render(mnistRecord)).not.toContain("WARNING");
});

test("every figure that was not measured has its reason and its remedy", () => {
  const text = renderTerminal(mnistRecord, { color, columns: 120 });
  const marks = new Set([...text.matchAll(/not measured \[(\d+)\]/g)].map(([, note]) => note));
  expect(marks.size).toBe(5);
  for (const mark of marks) {
    expect(text).toMatch(new RegExp(String.raw`^\[${mark}\] Not measured because \S+`, "m"));
  }
  expect(text).toContain("because no cross compiler was found. Install gcc-arm-none-eabi");
});

test("a total is exact only where all its parts are known", () => {
  const [tfjs, tflite] = mnistRecord.systems;
  const whole = { ...tfjs.memory, flashCode: measured(1_000_000, "the program") };
  const systems = [{ ...tfjs, memory: whole }, tflite!] as const;
  const text = renderTerminal({ ...mnistRecord, systems }, { color, columns: 100 });
  // 61,234 + 412,345 + 1,000,000 and 3,648 + 409,876
  expect(text).toMatch(/^TensorFlow.js \(Keras-style\) +61\.2 +412\.3 +1,000\.0 +1,473\.6$/m);
  expect(text).toMatch(/^TensorFlow Lite +3\.6\* +409\.9 +not measured \[1\] +≥ 413\.5\*$/m);
});

function widestLine(text: string): number {
  return Math.max(...text.split("\n").map((line) => stringWidth(line)));
}

function anyText() {
  return fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: "binary", maxLength: 80 }));
}
