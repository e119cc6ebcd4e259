import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { copyBytes, makeBytesStep } from "../bytes-step.ts";
import { requireSupported } from "../requirements.ts";
import type { Step } from "../step.ts";
import { checkedPosition } from "./checked-position.ts";

/** input [batches, outerCount, size, run], positions [batches, positionCount] → [batches, outerCount, positionCount, run] */
type Params = {
  readonly batches: number;
  readonly outerCount: number;
  readonly size: number;
  readonly positionCount: number;
  readonly runBytes: number;
};

/** Copies the runs at some positions of each batch. */
export function gatherRuns(
  graph: Graph,
  input: TensorId,
  positions: TensorId,
  output: TensorId,
  params: Params,
): Step {
  requireConstantsWithin(graph, positions, params.size);
  return makeBytesStep({
    kernel: "gather",
    run: runGather,
    params,
    reads: [input, positions],
    writes: [output],
    asElements: [positions],
  });
}

/** Refuses positions that are known to be outside before anything runs. */
export function requireConstantsWithin(graph: Graph, positions: TensorId, size: number): void {
  const { name, data } = tensorOf(graph, positions);
  const wrong = (data as Int32Array | undefined)?.find((at) => at < 0 || at >= size);
  requireSupported(
    wrong === undefined,
    `positions "${name}" hold ${wrong}; there are ${size} slices, counted from 0`,
  );
}

function runGather(
  { batches, outerCount, size, positionCount, runBytes }: Params,
  input: Uint8Array,
  positions: Int32Array,
  output: Uint8Array,
): void {
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let outer = 0; outer < outerCount; outer++) {
      const first = (batch * outerCount + outer) * size;
      for (let i = 0; i < positionCount; i++) {
        const position = checkedPosition(positions[batch * positionCount + i]!, size);
        copyBytes(input, (first + position) * runBytes, output, next, runBytes);
        next += runBytes;
      }
    }
  }
}
