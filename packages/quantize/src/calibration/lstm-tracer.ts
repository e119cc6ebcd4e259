import { type Graph, type OpOf, type Tensor, type TensorId, tensorOf } from "@smidgen/graph";
import { createInterpreter, type TensorView } from "@smidgen/runtime";

/** Walks through an LSTM step by step, since its states after a whole sequence tell nothing of those on the way. */
export interface LstmTracer {
  readonly inputId: TensorId;
  /** Output state and cell state, of which each is a copy of the graph's. */
  readonly states: readonly TensorView[];
  /** `input` is all of the operator's input; `onStep` is called after each step. */
  readonly run: (input: Float32Array, onStep: () => void) => void;
  readonly reset: () => void;
}

export function createLstmTracer(
  op: OpOf<"unidirectional-sequence-lstm">,
  graph: Graph,
): LstmTracer {
  const [inputId] = op.inputs;
  const [outputId] = op.outputs;
  const { timeMajor } = op.options;
  const [first = 1, second = 1, depth = 1] = tensorOf(graph, inputId).shape;
  const [steps, batches] = timeMajor ? [first, second] : [second, first];
  const oneStep = (tensor: Tensor): Tensor => {
    const [a = 1, b = 1, features = 1] = tensor.shape;
    return { ...tensor, shape: timeMajor ? [1, b, features] : [a, 1, features] };
  };
  const interpreter = createInterpreter({
    ...graph,
    tensors: graph.tensors.map((tensor, id) =>
      id === inputId || id === outputId ? oneStep(tensor) : tensor,
    ),
    ops: [op],
    inputs: [inputId],
    outputs: [outputId],
  });
  const stepInput = (interpreter.inputs[0] as TensorView).data as Float32Array;
  return {
    inputId,
    states: [op.inputs[18], op.inputs[19]].map((id) => interpreter.tensor(id)),
    run(input, onStep) {
      for (let step = 0; step < steps; step++) {
        for (let batch = 0; batch < batches; batch++) {
          const row = timeMajor ? step * batches + batch : batch * steps + step;
          stepInput.set(input.subarray(row * depth, (row + 1) * depth), batch * depth);
        }
        interpreter.run();
        onStep();
      }
    },
    reset: interpreter.reset,
  };
}
