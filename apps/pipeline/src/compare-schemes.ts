import { type Examples, take, toFloat32 } from "@smidgen/datasets";
import type { Graph } from "@smidgen/graph";
import {
  calibrate,
  chooseSchemes,
  describeMethod,
  quantizeGraph,
  type Ranges,
  type Sample,
  type Scheme,
} from "@smidgen/quantize";
import { createInterpreter, evaluateClassifier, planMemory } from "@smidgen/runtime";
import { writeTflite } from "@smidgen/tflite";
import type { SchemesFile } from "./results.ts";

type Row = SchemesFile["rows"][number];

/** The network in every scheme, int8 calibrated in every way, on the first test examples. */
export function compareSchemes(
  float: Graph,
  samples: readonly Sample[],
  minMax: Ranges,
  test: Examples,
  exampleCount: number,
): SchemesFile {
  const { images, labels } = withFloats(take(test, 0, Math.min(exampleCount, test.count)));
  const row = (scheme: string, calibration: string | null, graph: Graph): Row => {
    const interpreter = createInterpreter(graph, { rounding: "single" });
    const { accuracy, loss } = evaluateClassifier(interpreter, { images, labels });
    const fileBytes = writeTflite(graph).length;
    return {
      scheme,
      calibration,
      fileBytes,
      arenaBytes: planMemory(graph).arenaBytes,
      accuracy,
      loss,
    };
  };
  const withoutRanges = (["float32", "float16", "weights-int8", "dynamic-range"] as const).map(
    (scheme) => row(scheme, null, quantizeGraph(float, noRanges, { default: scheme })),
  );
  const searched = methods.map((method) => {
    const ranges = calibrate(float, samples, { method });
    return row("int8", describeMethod(method), quantizeGraph(float, ranges));
  });
  const int8 = row("int8", "min-max", quantizeGraph(float, minMax));
  const others = otherSchemes.map(([label, scheme]) =>
    row(label, "min-max", quantizeGraph(float, minMax, scheme)),
  );
  const { quantized } = chooseSchemes(float, {
    samples,
    goal: { budgetBytes: Math.floor(int8.fileBytes * mixedShare) },
    fileBytes: (graph) => writeTflite(graph).length,
  });
  const mixed = row("int4 and int8, chosen", "min-max", quantized);
  return { examples: labels.length, rows: [...withoutRanges, int8, ...searched, ...others, mixed] };
}

const noRanges: Ranges = { samples: 0, tensors: {} };
const methods = [
  { kind: "moving-average" },
  { kind: "percentile" },
  { kind: "mse" },
  { kind: "entropy" },
] as const;
const otherSchemes: readonly (readonly [label: string, scheme: Scheme])[] = [
  ["int8, dense per channel", { default: "int8", denseWeights: "per-channel" }],
  ["int16x8", { default: "int16x8" }],
  ["int4", { default: "int4" }],
  ["int4, dense per channel", { default: "int4", denseWeights: "per-channel" }],
];
/** What the mixed file may have of the int8 file. */
const mixedShare = 0.6;

function withFloats(examples: Examples) {
  return { images: toFloat32(examples), labels: examples.labels };
}
