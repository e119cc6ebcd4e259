import { describe, expect, test } from "vitest";
import { goldenModels, loadLiteRt, loadTfliteRuntime, type OfficialModel } from "@smidgen/testing";
import {
  type Finding,
  lintTflite,
  readTflite,
  repackTflite,
  type Runtime,
  writeTflite,
} from "@smidgen/tflite";
import { catalogue, severityOf } from "../src/lint/catalogue.ts";
import { denseGraph, everyOperatorGraph } from "./example-graphs.ts";
import { denseModel, withOperator, withSubgraph } from "./example-models.ts";
import { lintCases } from "./lint-cases.ts";
import { writeWastefully } from "./write-wastefully.ts";

const runtimes: readonly Runtime[] = ["tflite", "litert", "tflm"];

test.each(runtimes)("a careful file has no findings for %s", (runtime) => {
  expect(lintTflite(writeWastefully(denseModel()), { for: runtime })).toEqual([]);
  expect(lintTflite(writeTflite(denseGraph()), { for: runtime })).toEqual([]);
});

test("every finding has a file that makes it", () => {
  const codes = new Set(lintCases.map(({ code }) => code));
  expect([...codes].toSorted()).toEqual(Object.keys(catalogue).toSorted());
});

describe.each(lintCases)("$code: $what", ({ code, file, place, also = [] }) => {
  test.each(runtimes.filter((runtime) => severityOf(code, runtime) !== undefined))(
    "is found for %s, where it is, and nothing else that matters",
    (runtime) => {
      const findings = lintTflite(file, { for: runtime, name: "a.tflite" });
      const severity = severityOf(code, runtime);
      expect(findings).toContainEqual({
        code,
        severity,
        place: expect.stringContaining(place) as string,
        message: expect.any(String) as string,
        remedy: catalogue[code].remedy,
      });
      const expected = [code, ...also].filter((each) => isSerious(severityOf(each, runtime)));
      const found = findings.filter((finding) => isSerious(finding.severity));
      expect(new Set(found.map((finding) => finding.code))).toEqual(new Set(expected));
    },
  );

  test.each(runtimes.filter((runtime) => severityOf(code, runtime) === undefined))(
    "is nothing to %s",
    (runtime) => {
      expect(lintTflite(file, { for: runtime }).map((finding) => finding.code)).not.toContain(code);
    },
  );
});

test("errors come first", () => {
  const file = Uint8Array.of(...caseOf("unused-tensor"), 1);
  const damaged = writeWastefully({ ...denseModel(), version: 4 }, { forceAlign: false });
  const severities = lintTflite(Uint8Array.of(...damaged, 1), { for: "tflite" }).map(
    ({ severity }) => severity,
  );
  expect(severities).toEqual(["error", "warning", "note"]);
  expect(lintTflite(file, { for: "tflm" }).map(({ severity }) => severity)).toEqual([
    "note",
    "note",
  ]);
});

test("of more than a hundred findings of a kind, the last says how many were left out", () => {
  const model = withOperator({ inputs: new Int32Array(1000).fill(77) });
  const findings = lintTflite(writeWastefully(model), { for: "tflm" }).filter(
    ({ code }) => code === "tensor-position",
  );
  expect(findings).toHaveLength(101);
  expect(findings.at(-1)).toMatchObject({ place: "file", message: "and 900 more" });
});

test("one zero point for several scales is an error, but for TFLM a warning", () => {
  const quantization = { scale: Float32Array.of(0.25, 0.25), zero_point: BigInt64Array.of(0n) };
  const model = denseModel();
  const [subgraph] = model.subgraphs;
  const tensors = subgraph.tensors.map((tensor, id) =>
    id === 1 ? { ...tensor, quantization } : tensor,
  );
  const file = writeWastefully({ ...model, subgraphs: [{ ...subgraph, tensors }] });
  const severityFor = (runtime: Runtime) =>
    lintTflite(file, { for: runtime }).find(({ code }) => code === "zero-point-count")?.severity;
  expect(runtimes.map(severityFor)).toEqual(["error", "error", "warning"]);
});

test.for(goldenModels())("$name has no errors for any runtime", ({ name, model }) => {
  const errors = (bytes: Uint8Array) =>
    runtimes.flatMap((runtime) =>
      lintTflite(bytes, { for: runtime, name })
        .filter(({ severity }) => severity === "error")
        .map(describeFinding),
    );
  expect(errors(model)).toEqual([]);
  const { bytes } = repackTflite(model, { names: "drop", minMax: "drop" });
  expect(errors(bytes)).toEqual([]);
  expect(lintTflite(bytes, { for: "tflm" }).map(({ code }) => code)).not.toContain(
    "misaligned-data",
  );
});

test("what we write has no errors, whatever the operators", () => {
  for (const runtime of runtimes) {
    const findings = lintTflite(writeTflite(everyOperatorGraph()), { for: runtime });
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  }
});

/** Official runtimes are asked about these: what the catalogue says must be what they do. */
const refused = [
  "schema-version",
  "operator-version",
  "tensor-position",
  "buffer-size",
  "empty-buffer-data",
  "custom-options",
  "fixed-output-scale",
  "missing-quantization",
  "quantized-dimension",
  "missing-bias",
] as const;
const accepted = [
  "buffer-0-not-empty",
  "misaligned-data",
  "bias-scale",
  "operator-version-low",
] as const;
const patience = 300_000;

describe.each([
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
])("$runtime", ({ load }) => {
  test.each(refused)("refuses, or logs an error: %s", { timeout: patience }, async (code) => {
    await expect(loadAndRun(load, caseOf(code))).rejects.toThrow(
      /TensorFlow Lite|LiteRT|ERROR|load model/,
    );
  });

  test.each(accepted)("takes without a word: %s", { timeout: patience }, async (code) => {
    await expect(loadAndRun(load, caseOf(code))).resolves.toHaveLength(1);
  });
});

test.each([
  { what: "an output that is an input", outputs: [3, 0] },
  { what: "an output that is there twice", outputs: [3, 3] },
])("LiteRT does not fill $what", { timeout: patience }, async ({ outputs }) => {
  const model = withSubgraph((s) => ({ ...s, outputs: Int32Array.from(outputs) }));
  const file = writeTflite(readTflite(writeWastefully(model)));
  const codes = lintTflite(file, { for: "litert" }).map(({ code }) => code);
  expect(codes).toContain("shared-output");
  const input = Uint8Array.of(90, 80, 70, 60);
  const right = (await loadTfliteRuntime(file)).run([input]);
  expect((await loadLiteRt(file)).run([input])).not.toEqual(right);
});

async function loadAndRun(
  load: (model: Uint8Array) => Promise<OfficialModel>,
  file: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const model = await load(file);
  return model.run([new Uint8Array(4)]);
}

function caseOf(code: string): Uint8Array {
  return lintCases.find((each) => each.code === code)?.file ?? new Uint8Array();
}

function isSerious(severity: string | undefined): boolean {
  return severity === "error" || severity === "warning";
}

function describeFinding({ code, place, message }: Finding): string {
  return `${code} at ${place}: ${message}`;
}
