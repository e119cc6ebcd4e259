import { type ElementArray, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type BroadcastParams, broadcastParams, forEachRow } from "./broadcast.ts";
import { tensorOfType } from "./requirements.ts";
import { makeStep, type Step } from "./step.ts";

type ChoiceKind = "maximum" | "minimum";

/**
 * One of each pair of elements, broadcast. Stored values are compared, whatever they stand for: nothing is rescaled.
 *
 * Source: `TFLiteOperation`, tensorflow/lite/micro/kernels/maximum_minimum.h.
 */
export function choiceOfTwo<K extends ChoiceKind>(
  kind: K,
  choose: <T extends number | bigint>(a: T, b: T) => T,
): (op: OpOf<K>, graph: Graph) => Step {
  const row = (
    _: BroadcastParams,
    a: ElementArray,
    aStart: number,
    aStep: number,
    b: ElementArray,
    bStart: number,
    bStep: number,
    output: ElementArray,
    outputStart: number,
    count: number,
  ): void => {
    for (let i = 0; i < count; i++) {
      output[outputStart + i] = choose(a[aStart + i * aStep]!, b[bStart + i * bStep]!);
    }
  };
  const run = (params: BroadcastParams, a: ElementArray, b: ElementArray, output: ElementArray) =>
    forEachRow(row, params, a, b, output);
  return ({ inputs, outputs }: OpOf<ChoiceKind>, graph) => {
    const { type } = tensorOf(graph, inputs[0]);
    tensorOfType(graph, inputs[1], "b", type);
    tensorOfType(graph, outputs[0], "output", type);
    const params = broadcastParams(graph, inputs, outputs[0]);
    return makeStep({ kernel: `${kind}_${type}`, run, params, reads: inputs, writes: outputs });
  };
}
