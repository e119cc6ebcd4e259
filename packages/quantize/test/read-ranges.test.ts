import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { calibrate, quantizeGraph, readRanges, rangesOf, writeRanges } from "@smidgen/quantize";
import { studyNetwork } from "./networks.ts";
import { samplesOf } from "./samples.ts";

const graph = studyNetwork();
const ranges = calibrate(graph, samplesOf(graph, 1, 3));

test("what was written is read, also after an edit by hand", () => {
  const text = writeRanges(ranges);
  expect(readRanges(text, { graph })).toEqual(ranges);
  expect(text).toMatch(/^ {4}"conv": \{ "min": 0, "max": [\d.]+ \},$/m);
  const edited = readRanges(text.replace(/("conv": \{ "min": 0, "max": )[\d.]+/, "$14"), { graph });
  expect(edited.tensors["conv"]).toEqual({ min: 0, max: 4 });
  expect(
    quantizeGraph(graph, edited).tensors.find(({ name }) => name === "conv")?.quantization,
  ).toEqual({ kind: "per-tensor", scale: Math.fround(4 / 255), zeroPoint: -128 });
});

test.each<[problem: string, text: string, message: RegExp]>([
  ["no JSON", "{", /it is not JSON/],
  ["a list", "[]", /it is no object/],
  ["nothing", "{}", /- "samples" is not a whole number.*\n- "tensors" is no object/],
  ["other keys", '{ "samples": 1, "tensors": {}, "tensor": {} }', /"tensor" has no meaning/],
  [
    "ranges of other kinds",
    '{ "samples": 1, "tensors": { "conv": [0, 1], "dense": { "min": "0", "max": 1 } } }',
    /- "conv": it is no object with min and max\n- "dense": min and max have to be finite/,
  ],
  [
    "numbers beyond all bounds",
    '{ "samples": 1, "tensors": { "conv": { "min": -1e999, "max": 1 } } }',
    /"conv": min and max have to be finite/,
  ],
  [
    "no order",
    '{ "samples": 1, "tensors": { "conv": { "min": 2, "max": 1 } } }',
    /"conv": min 2 is larger than max 1/,
  ],
  [
    "half of how it is stored",
    '{ "samples": 1, "tensors": { "conv": { "min": 0, "max": 1, "scale": 0.1 } } }',
    /"conv": scale has to be a positive float32.*\n- "conv": zeroPoint has to be a whole number/,
  ],
  [
    "tensors that there are not",
    '{ "samples": 1, "tensors": { "conw": { "min": 0, "max": 1 } } }',
    /"conw": there is no such tensor/,
  ],
])("%s is refused", (_, text, message) => {
  expect(() => readRanges(text, { graph, name: "ranges.json" })).toThrow(
    expect.objectContaining({
      code: "invalid-ranges",
      message: expect.stringMatching(message),
    }),
  );
});

test("whatever is read is refused as a user's mistake, or used", () => {
  const entry = fc.record(
    { min: fc.double(), max: fc.double(), scale: fc.double(), zeroPoint: fc.integer() },
    { requiredKeys: [] },
  );
  const tensors = fc.dictionary(
    fc.constantFrom("conv", "dense", "image", "x"),
    fc.oneof(entry, fc.jsonValue()),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.record({ samples: fc.nat(), tensors }).map((value) => JSON.stringify(value)),
      ),
      (text) => {
        expect(mistakeIn(() => quantizeGraph(graph, readRanges(text, { graph })))).toBe(false);
      },
    ),
  );
});

/** Whether it throws what is not the user's fault. */
function mistakeIn(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    return !(error instanceof UserError);
  }
}

describe("ranges of a quantized graph", () => {
  test("give the same scales and zero points again", () => {
    const quantized = quantizeGraph(graph, ranges);
    const again = readRanges(writeRanges(rangesOf(quantized, graph)), { graph });
    expect(quantizeGraph(graph, again)).toEqual(quantized);
  });

  test("also without them, from what can be stored", () => {
    const quantized = quantizeGraph(graph, ranges);
    const { tensors } = rangesOf(quantized, graph);
    const plain = Object.entries(tensors).map(([name, { min, max }]) => [name, { min, max }]);
    const again = { samples: 0, tensors: Object.fromEntries(plain) };
    expect(quantizeGraph(graph, again)).toEqual(quantized);
  });

  test("of another network are refused", () => {
    const other = { ...graph, ops: graph.ops.slice(1) };
    expect(() => rangesOf(quantizeGraph(graph, ranges), other)).toThrow(
      expect.objectContaining({
        code: "different-operators",
        message: expect.stringMatching(/operator 0 of "study" is conv-2d, of "study" max-pool-2d/),
      }),
    );
  });
});
