import { elementCount, type Graph, type Op, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "./requirements.ts";
import { makeStep, type PrepareStep, type Step } from "./step.ts";

type Params = { readonly count: number };

/** An operator that computes each float32 alone. */
export function mapFloat32<O extends Op>(kernel: string, f: (x: number) => number): PrepareStep<O> {
  const run = ({ count }: Params, input: Float32Array, output: Float32Array): void => {
    for (let i = 0; i < count; i++) output[i] = f(input[i]!);
  };
  return (op: O, graph: Graph): Step => {
    const [inputId] = op.inputs;
    const [outputId] = op.outputs;
    tensorOfType(graph, outputId, "output", "float32");
    const params: Params = { count: elementCount(tensorOf(graph, inputId).shape) };
    return makeStep({ kernel, run, params, reads: [inputId], writes: [outputId] });
  };
}
