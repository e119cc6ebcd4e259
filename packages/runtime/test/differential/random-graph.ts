import {
  elementCount,
  type Graph,
  graphBuilder,
  type OpKind,
  perTensor,
  type TensorId,
} from "@smidgen/graph";
import { withIntermediates } from "../recurrent-cases.ts";
import { chainOn, type ChainType } from "./chain.ts";
import { randomSource } from "./random-source.ts";
import { leavingSteps } from "./leaving-steps.ts";
import { steps } from "./steps.ts";

export interface RandomGraph {
  readonly type: ChainType;
  readonly graph: Graph;
  /** Some inputs for each of its chains: one array per input of the graph. */
  readonly samples: readonly (readonly (Float32Array | Int8Array)[])[];
}

const largestTensor = 2_000;

/**
 * Several chains of two to six random operators side by side in one graph, always the same for the same seeds.
 *
 * Shapes, strides, padding, scales, zero points and fused activations are random; quantization goes to its extremes
 * now and then. `kinds`: which operators take part; those without a step are never drawn.
 */
export function randomGraph(
  seeds: readonly number[],
  type: ChainType,
  kinds: readonly OpKind[],
): RandomGraph {
  const builder = graphBuilder(`random ${seeds[0]}–${seeds.at(-1)}`);
  const outputs: TensorId[] = [];
  const drawInputs: (() => Float32Array | Int8Array)[] = [];
  for (const seed of seeds) {
    const random = randomSource(seed);
    const shape = [1, random.integer(3, 7), random.integer(3, 7), random.integer(1, 5)];
    let id = builder.input(`${seed}`, {
      type,
      shape,
      quantization:
        type === "int8"
          ? perTensor(random.logUniform(2 ** -9, 2 ** -3), random.integer(-128, 127))
          : undefined,
    });
    drawInputs.push(() =>
      type === "int8"
        ? Int8Array.from({ length: elementCount(shape) }, () => random.integer(-128, 127))
        : Float32Array.from({ length: elementCount(shape) }, () => random.real(-3, 3)),
    );
    const length = random.integer(2, 6);
    for (let i = 0; i < length;) {
      const kind = kinds[random.integer(0, kinds.length - 1)] as OpKind;
      const next = (steps[kind] ?? leavingSteps[kind])?.(
        chainOn(builder, `${seed}.${i}`, random, type, id),
      );
      if (next === undefined) continue;
      id = next;
      i++;
      if (elementCount(builder.tensor(id).shape) > largestTensor) break;
    }
    outputs.push(id);
  }
  const graph = withIntermediates(builder.build(outputs));
  return {
    type,
    graph,
    samples: Array.from({ length: 3 }, () => drawInputs.map((draw) => draw())),
  };
}
