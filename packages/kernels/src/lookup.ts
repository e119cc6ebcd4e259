import { elementCount, type Graph, type Op, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "./requirements.ts";
import { makeStep, type Step } from "./step.ts";

type Params = {
  readonly count: number;
  /** What becomes of each stored integer, from −128 up. */
  readonly table: Int8Array; // [256]
};

/**
 * An operator that looks at each int8 alone is a table of 256 results, made once.
 *
 * `f` gets a stored integer of the input and returns one of the output, which is limited to int8.
 * C twin: lookup.h.
 */
export function lookupInt8(op: Op, graph: Graph, f: (stored: number) => number): Step {
  const [inputId] = op.inputs;
  const [outputId] = op.outputs;
  tensorOfType(graph, outputId, "output", "int8");
  const table = Int8Array.from({ length: 256 }, (_, i) =>
    Math.max(-128, Math.min(127, f(i - 128))),
  );
  return makeStep({
    kernel: "lookup_int8",
    run: runLookupInt8,
    params: { count: elementCount(tensorOf(graph, inputId).shape), table },
    reads: [inputId],
    writes: [outputId],
  });
}

function runLookupInt8({ count, table }: Params, input: Int8Array, output: Int8Array): void {
  for (let i = 0; i < count; i++) output[i] = table[input[i]! + 128]!;
}
