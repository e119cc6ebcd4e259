import { describe, expect, test } from "vitest";
import {
  elementCount,
  type Graph,
  graphBuilder,
  type Op,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { compareRuns, differences } from "./compare-runs.ts";
import { addFilterOp, type FilterOp } from "./filter-cases.ts";
import { randomValues } from "./random-values.ts";

interface Weights {
  readonly kind: FilterOp;
  readonly isPerChannel: boolean;
  readonly asymmetricQuantizeInputs?: boolean;
}

/** Operators of random sizes side by side. */
function graphOf({ kind, isPerChannel, asymmetricQuantizeInputs = false }: Weights): Graph {
  const b = graphBuilder(kind);
  const random = randomValues(1);
  const types = { activations: "float32", weights: "int8", bias: "float32" } as const;
  // The official convolutions take none without a bias.
  const bias = kind === "conv-2d" ? ({ hasBias: true } as const) : {};
  const graph = b.build(
    Array.from({ length: 60 }, (_, i) =>
      addFilterOp(b, `case ${i}`, kind, { ...types, isPerChannel, ...bias }, random),
    ),
  );
  return { ...graph, ops: graph.ops.map((op) => quantizing(op, asymmetricQuantizeInputs)) };
}

function quantizing(op: Op, asymmetricQuantizeInputs: boolean): Op {
  return op.kind === "fully-connected"
    ? { ...op, options: { ...op.options, asymmetricQuantizeInputs } }
    : op;
}

/** Floats on either side of 0, on one side, on a grid that makes ties, the same everywhere, and nothing but 0. */
const draws: readonly ((draw: () => number) => number)[] = [
  (draw) => draw(),
  (draw) => 3 + draw(),
  (draw) => Math.max(0, 6 * draw()),
  (draw) => -2 - draw(),
  (draw) => Math.round(4 * draw()) / 2,
  (draw) => 1e-20 * draw(),
  (draw) => 1e4 * draw(),
  () => 0.7,
  () => 0,
];

function inputs(graph: Graph, run: number) {
  const random = randomValues(run);
  const draw = () => random.real(-1, 1);
  return graph.inputs.map((id) =>
    Float32Array.from({ length: elementCount(tensorOf(graph, id).shape) }, () =>
      (draws[run - 1] as (typeof draws)[number])(draw),
    ),
  );
}

async function differencesTo(load: typeof loadLiteRt, graph: Graph, rounding: "double" | "single") {
  return differences(await compareRuns(graph, { load, rounding, inputs, runs: draws.length }));
}

describe("LiteRT computes float32 with int8 weights as ours does with single rounding, to the last bit", () => {
  test.each<Weights>([
    { kind: "fully-connected", isPerChannel: false },
    { kind: "fully-connected", isPerChannel: true },
    { kind: "fully-connected", isPerChannel: false, asymmetricQuantizeInputs: true },
    { kind: "conv-2d", isPerChannel: false },
    { kind: "conv-2d", isPerChannel: true },
    { kind: "depthwise-conv-2d", isPerChannel: true },
  ])("%j", async (weights) => {
    expect(await differencesTo(loadLiteRt, graphOf(weights), "single")).toEqual([]);
  });
});

describe("TensorFlow Lite computes them as ours does with double rounding, to the last bit", () => {
  test.each<Weights>([
    { kind: "fully-connected", isPerChannel: false },
    { kind: "fully-connected", isPerChannel: false, asymmetricQuantizeInputs: true },
    { kind: "conv-2d", isPerChannel: true },
    { kind: "depthwise-conv-2d", isPerChannel: true },
  ])("%j", async (weights) => {
    expect(await differencesTo(loadTfliteRuntime, graphOf(weights), "double")).toEqual([]);
  });

  test("a convolution with one scale, if it has no groups: else it reads behind that scale", async () => {
    const graph = graphOf({ kind: "conv-2d", isPerChannel: false });
    const channelsOf = (id: TensorId) => tensorOf(graph, id).shape[3];
    const plain = graph.ops.filter(
      ({ kind, inputs: operands }) =>
        kind === "conv-2d" && channelsOf(operands[0]) === channelsOf(operands[1]),
    );
    expect(plain.length).toBeLessThan(graph.ops.length);
    const found = await differencesTo(loadTfliteRuntime, graph, "double");
    const names = new Set(plain.map(({ outputs }) => tensorOf(graph, outputs[0]).name));
    expect(found.filter((line) => names.has(line.split(":")[0] as string))).toEqual([]);
  });
});
