import path from "node:path";
import { describe, expect, test } from "vitest";
import { generateC } from "@smidgen/codegen";
import { UserError } from "@smidgen/errors";
import { byteCount, type OpKind, tensorOf } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { announceSkipped } from "@smidgen/testing";
import { randomGraph, type RandomGraph } from "../../runtime/test/differential/random-graph.ts";
import { steps } from "../../runtime/test/differential/steps.ts";
import { hostCompilers, runOnHost } from "./run-on-host.ts";

if (hostCompilers.length === 0) announceSkipped("generated C", "Install gcc or clang.");

/** Chains of random operators, where tensors overlap in the arena. SMIDGEN_CHAINS sets how many. */
const chains = Number(process.env["SMIDGEN_CHAINS"] ?? 40);
const perModel = 20;
const firsts = Array.from({ length: chains / perModel }, (_, i) => 1 + i * perModel);

const withFasterTwins = [
  "fully-connected",
  "conv-2d",
  "depthwise-conv-2d",
  "max-pool-2d",
] satisfies OpKind[];

const armFlags = ["arm-acle", "arm-mve"].flatMap((folder) => [
  "-I",
  path.join(import.meta.dirname, "../../kernels/test", folder),
]);

const targets = [
  { target: "portable", kinds: Object.keys(steps) as OpKind[], flags: [] },
  // With the instructions of Arm in C.
  {
    target: "cortex-m4",
    kinds: withFasterTwins,
    flags: armFlags,
  },
  { target: "cortex-m55", kinds: withFasterTwins, flags: armFlags },
] as const;

describe.skipIf(hostCompilers.length === 0).each(targets)(
  "C for $target of random int8 chains computes what the interpreter does",
  ({ target, kinds, flags }) => {
    test.each(firsts)(
      "seeds from %i",
      (first) => {
        const seeds = Array.from({ length: perModel }, (_, i) => first + i);
        const { graph, samples } = randomGraph(
          seeds.filter((seed) => isSupported(seed, kinds)),
          "int8",
          kinds,
        );
        const compiler = hostCompilers[first % hostCompilers.length] as string;
        const results = runOnHost(
          generateC(graph, { name: "chains", target }),
          graph,
          "chains",
          samples.map((sample) => Buffer.concat(sample.map(bytesOf))),
          { compiler, flags },
        );
        expect(wrongChains({ type: "int8", graph, samples }, results)).toEqual([]);
      },
      60_000,
    );
  },
);

/** A few chains draw what no kernel computes. */
function isSupported(seed: number, kinds: readonly OpKind[]): boolean {
  try {
    createInterpreter(randomGraph([seed], "int8", kinds).graph);
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === "unsupported-operator") return false;
    throw error;
  }
}

/** Names of the inputs, which are seeds, of chains that come out differently. */
function wrongChains(
  { graph, samples }: RandomGraph,
  results: readonly Uint8Array[],
): readonly string[] {
  const interpreter = createInterpreter(graph);
  return samples.flatMap((sample, n) => {
    for (const [i, { data }] of interpreter.inputs.entries()) data.set(sample[i] as never);
    interpreter.run();
    let start = 0;
    return interpreter.outputs.flatMap(({ id, data }, i) => {
      const size = byteCount(tensorOf(graph, id));
      const result = (results[n] as Uint8Array).subarray(start, start + size);
      start += size;
      return Buffer.compare(result, bytesOf(data)) === 0
        ? []
        : [`sample ${n}: chain ${interpreter.inputs[i]?.name}`];
    });
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
