/**
 * The networks of the MNIST study in every scheme, calibrated in every way: what each is in bytes, and what it reads
 * right of 10,000 test images.
 *
 *     SMIDGEN_DATA_DIR=… npx tsx -C @smidgen/source bench/study.ts [seeds] [test images] [networks] [rounding]
 *
 * Defaults: 3 seeds, 10,000 images, `mlp,cnn`, `single`. Figures are means over the seeds; the differences are the largest loss of
 * accuracy against the float network of the same seed, in points.
 */
import { convertLayersModel } from "@smidgen/convert";
import { loadDataset, sample, toFloat32 } from "@smidgen/datasets";
import type { Graph } from "@smidgen/graph";
import {
  calibrate,
  chooseSchemes,
  describeMethod,
  quantizeByRecipe,
  quantizeGraph,
  type Ranges,
  type Scheme,
} from "@smidgen/quantize";
import { createInterpreter, evaluateClassifier, planMemory } from "@smidgen/runtime";
import { writeTflite } from "@smidgen/tflite";
import { type ArchitectureName, selectBackend, train } from "@smidgen/training";

interface Row {
  readonly scheme: string;
  readonly calibration: string;
  readonly bytes: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly arenaBytes: number;
  /** Points below the float network. */
  readonly lost: number;
}

const integerSchemes: readonly (readonly [label: string, scheme: Scheme])[] = [
  ["int8", { default: "int8" }],
  ["int8, dense per channel", { default: "int8", denseWeights: "per-channel" }],
  ["int8, all per tensor", { default: "int8", convWeights: "per-tensor" }],
  ["int16x8", { default: "int16x8" }],
  ["int4", { default: "int4" }],
  ["int4, dense per channel", { default: "int4", denseWeights: "per-channel" }],
];

const [seedCount = "3", testCount = "10000", networks = "mlp,cnn", rounding = "single"] =
  process.argv.slice(2);
const data = await loadDataset({ name: "mnist" });
console.log(`${data.isFallback ? "drawn digits" : data.name}, from ${data.source.detail}`);
const labels = data.test.labels.subarray(0, Number(testCount));
const images = toFloat32(data.test, 0, labels.length);
const samples = samplesOf(500);
await selectBackend("smidgen-wasm");

for (const name of networks.split(",") as ArchitectureName[]) {
  const tables: Row[][] = [];
  for (let seed = 1; seed <= Number(seedCount); seed++) {
    const settings = { architecture: name, epochs: 5, batchSize: 32, learningRate: 0.001, seed };
    const { model } = await train({ train: data.train, classes: data.classes }, settings);
    tables.push(rowsOf(convertLayersModel(model)));
  }
  console.log(`\n${name}, ${seedCount} seeds, ${labels.length} test images`);
  printRows(tables);
}

function rowsOf(float: Graph): Row[] {
  const reference = measure("float32", "", float, undefined);
  const row = (scheme: string, calibration: string, graph: Graph) =>
    measure(scheme, calibration, graph, reference);
  const none: Ranges = { samples: 0, tensors: {} };
  const floatRows = (["float16", "weights-int8", "dynamic-range"] as const).map((scheme) =>
    row(scheme, "", quantizeGraph(float, none, { default: scheme })),
  );
  const methods = [
    { kind: "min-max" },
    { kind: "moving-average" },
    { kind: "percentile" },
    { kind: "mse" },
    { kind: "entropy" },
  ] as const;
  const allRanges = methods.map((method) => ({
    name: describeMethod(method),
    ranges: calibrate(float, samples, { method }),
  }));
  const integerRows = integerSchemes.flatMap(([label, scheme]) =>
    allRanges.map(({ name: method, ranges }) =>
      row(label, method, quantizeGraph(float, ranges, scheme)),
    ),
  );
  const { quantized: corrected } = quantizeByRecipe(
    float,
    {
      scheme: { default: "int4", denseWeights: "per-channel" },
      roundAdaptively: "all",
      correctBias: true,
    },
    { samples },
  );
  const int8Bytes = integerRows[0]?.bytes ?? 0;
  const chosen = chooseSchemes(float, {
    samples,
    goal: { budgetBytes: Math.floor(0.6 * int8Bytes) },
    fileBytes: (graph) => writeTflite(graph).length,
  });
  return [
    reference,
    ...floatRows,
    ...integerRows,
    row("int4, rounded adaptively", "min-max", corrected),
    row("int4 and int8, chosen", "min-max", chosen.quantized),
  ];
}

function measure(
  scheme: string,
  calibration: string,
  graph: Graph,
  reference: Row | undefined,
): Row {
  const bytes = writeTflite(graph).length;
  const interpreter = createInterpreter(graph, {
    rounding: rounding === "double" ? "double" : "single",
  });
  const { accuracy, loss } = evaluateClassifier(interpreter, { images, labels });
  const { arenaBytes } = planMemory(graph);
  const points = 100 * accuracy;
  const lost = (reference?.accuracy ?? points) - points;
  return { scheme, calibration, bytes, accuracy: points, loss, arenaBytes, lost };
}

function printRows(tables: readonly (readonly Row[])[]): void {
  const head = ["scheme", "calibration", "bytes", "accuracy", "most lost", "loss", "arena"];
  const rows = (tables[0] ?? []).map(({ scheme, calibration }, i) => {
    const all = tables.map((table) => table[i] as Row);
    const mean = (of: (row: Row) => number) =>
      all.reduce((sum, each) => sum + of(each), 0) / all.length;
    const most = Math.max(...all.map(({ lost }) => lost));
    return [
      scheme,
      calibration,
      mean(({ bytes }) => bytes).toFixed(0),
      mean(({ accuracy }) => accuracy).toFixed(3),
      most.toFixed(2),
      mean(({ loss }) => loss).toFixed(4),
      mean(({ arenaBytes }) => arenaBytes).toFixed(0),
    ];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  console.log([head, head.map(() => "---"), ...rows].map(line).join("\n"));
}

function samplesOf(count: number): readonly Float32Array[] {
  const floats = toFloat32(sample(data.train, count, 1));
  return Array.from({ length: count }, (_, i) => floats.subarray(i * 784, (i + 1) * 784));
}
