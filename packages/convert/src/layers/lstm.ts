import type { Shape, TensorId } from "@smidgen/graph";
import { type LayerRules, reasons } from "../layer-rules.ts";
import type { Weight } from "../network.ts";
import { transpose } from "../transpose.ts";

interface LstmConfig {
  readonly activation: string;
  readonly recurrentActivation: string;
  readonly units: number;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
}

/** tfjs keeps the four gates side by side, in this order; TensorFlow Lite wants a matrix for each. */
const gates = ["input", "forget", "cell", "output"] as const;

/**
 * [1, steps, depth] → [1, steps, units], or [1, units] of the last step.
 *
 * What it remembers stays from one run to the next, as in TensorFlow Lite: an interpreter is reset before each
 * sequence that does not go on with the one before.
 */
export const lstm: LayerRules = {
  problems(call) {
    const config = call.config as LstmConfig;
    return reasons(
      [config.activation !== "tanh", `activation is ${config.activation}; only tanh is supported`],
      [
        config.recurrentActivation !== "sigmoid",
        `recurrentActivation is ${config.recurrentActivation}; only sigmoid is supported`,
      ],
      [config.returnState, "returnState is not supported"],
      [config.goBackwards, "goBackwards is not supported"],
      [call.inputs.length > 1, "states as inputs are not supported"],
    );
  },
  convert(call, b, [input]) {
    const { units, returnSequences } = call.config as LstmConfig;
    const [kernel, recurrent, bias] = call.weights as [Weight, Weight, Weight?];
    const name = call.weightsName;
    const matrices = (kind: string, { shape, data }: Weight) => {
      const [depth] = shape as [number, number];
      const all = transpose(data, shape, [1, 0]); // [4 × units, depth]
      return gates.map((gate, i) =>
        b.floats(
          `${name}/${kind}_${gate}`,
          [units, depth],
          all.slice(i * units * depth, (i + 1) * units * depth),
        ),
      ) as readonly TensorId[] as FourGates;
    };
    const biases = gates.map((gate, i) =>
      b.floats(
        `${name}/bias_${gate}`,
        [units],
        bias?.data.slice(i * units, (i + 1) * units) ?? new Float32Array(units),
      ),
    ) as readonly TensorId[] as FourGates;
    const sequence = b.op(
      "unidirectional-sequence-lstm",
      [
        input,
        ...matrices("kernel", kernel),
        ...matrices("recurrent", recurrent),
        undefined,
        undefined,
        undefined,
        ...biases,
        undefined,
        undefined,
        b.variable(`${call.name}/output_state`, [1, units]),
        b.variable(`${call.name}/cell_state`, [1, units]),
        undefined,
        undefined,
        undefined,
        undefined,
      ],
      {
        activation: "tanh",
        cellClip: 0,
        projectionClip: 0,
        timeMajor: false,
        asymmetricQuantizeInputs: false,
        intermediates: [],
      },
      returnSequences ? call.name : `${call.name}/sequence`,
    );
    if (returnSequences) return sequence;
    const [, steps] = call.inputs[0].shape as Shape;
    const begin = b.ints(`${name}/begin`, [0, (steps ?? 0) - 1, 0]);
    const size = b.ints(`${name}/size`, [1, 1, units]);
    const last = b.op("slice", [sequence, begin, size], {}, `${call.name}/last`);
    return b.op("reshape", [last, undefined], { newShape: [1, units] }, call.name);
  },
};

type FourGates = readonly [TensorId, TensorId, TensorId, TensorId];
