import {
  type Graph,
  isConstant,
  type Op,
  presentInputs,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import type { LayerError } from "./compare-layers.ts";
import { errorAccumulator } from "./error-statistics.ts";
import type { TensorMatch, TensorMatches } from "./match-tensors.ts";
import { sampleRunner, type SampleRunner, storableRange } from "./sample-runner.ts";
import { scoreNoise, type Scores } from "./scores.ts";
import { onlyMoves } from "./stored-tensors.ts";
import { subgraph } from "./subgraph.ts";
import { reachesScores, tailCost } from "./tail-cost.ts";

/** The error that each operator of the quantized graph makes on float inputs. */
export function ownErrors(
  float: Graph,
  quantized: Graph,
  matches: TensorMatches,
  scores: Scores,
): {
  /** After a run of the float network. */
  readonly add: (exact: SampleRunner) => void;
  readonly ranking: () => readonly LayerError[];
} {
  const { floatOf } = matches;
  const layers = quantized.ops.flatMap((op, index) => {
    if (!isComparable(op, quantized, matches)) return [];
    const runner = sampleRunner(subgraph(quantized, [op], op.outputs));
    const outputs = (op.outputs as readonly TensorId[]).map((id) => {
      const counterpart = (floatOf.get(id) as TensorMatch).id;
      return {
        id,
        counterpart,
        errors: errorAccumulator(),
        range: storableRange(quantized, id),
        cost:
          !onlyMoves(op, id, quantized) && reachesScores(float, counterpart, scores)
            ? { tail: tailCost(float, counterpart, scores), noise: scoreNoise(scores) }
            : undefined,
      };
    });
    return [{ op, index, runner, outputs }];
  });
  return {
    add(exact) {
      for (const { runner, outputs } of layers) {
        runner.runOn((id) => exact.real((floatOf.get(id) as TensorMatch).id));
        for (const { id, counterpart, errors, range, cost } of outputs) {
          const actual = runner.real(id);
          errors.add(exact.real(counterpart), actual, range);
          cost?.tail.add(exact, actual, cost.noise);
        }
      }
    },
    ranking() {
      const costs = layers.map(({ outputs }) => {
        const known = outputs.flatMap(({ cost }) => cost?.noise.noiseToSignal() ?? []);
        return known.length === 0 ? undefined : known.reduce((sum, each) => sum + each, 0);
      });
      const sum = costs.reduce<number>((total, cost) => total + (cost ?? 0), 0);
      return layers
        .map(({ op, index, outputs }, i): LayerError => {
          const cost = costs[i];
          return {
            op: index,
            kind: op.kind,
            name: tensorOf(quantized, op.outputs[0]).name,
            // Several outputs are parts of one tensor; the first stands for all.
            own: (outputs[0] as (typeof outputs)[number]).errors.statistics(),
            cost,
            costShare: sum === 0 ? 0 : (cost ?? 0) / sum,
          };
        })
        .toSorted((a, b) => (b.cost ?? 0) - (a.cost ?? 0) || a.op - b.op);
    },
  };
}

/** Whether the float network has all that the operator reads and writes. */
function isComparable(op: Op, quantized: Graph, { floatOf }: TensorMatches): boolean {
  if (op.kind === "quantize" || op.kind === "dequantize") {
    const [input] = op.inputs;
    // An operator that unpacks weights is part of the one that reads them.
    if (isConstant(tensorOf(quantized, input))) return false;
  }
  const inputs = presentInputs(op).map((id) => ({ id, tensor: tensorOf(quantized, id) }));
  if (inputs.some(({ tensor }) => tensor.isVariable)) return false;
  return (
    inputs.every(({ id, tensor }) => isConstant(tensor) || floatOf.has(id)) &&
    op.outputs.every((id) => {
      const { type, quantization } = tensorOf(quantized, id);
      return floatOf.has(id) && (type === "float32" || quantization !== undefined);
    })
  );
}
