import type { Batch } from "../training-engine.ts";
import { loadKernels, type Kernels } from "./kernels.ts";
import { layOut } from "./layout.ts";
import { engineMemory } from "./memory.ts";
import type { Network, Weight } from "./network.ts";
import { gather, placeParameters, scatter, type Parameters } from "./parameters.ts";
import { makePlan, type Plan } from "./plan.ts";
import { addresses, isPacked } from "./tensor.ts";
import { Memory } from "./web-assembly.ts";

/**
 * A network in WebAssembly memory: its passes, and its numbers for whoever needs them outside. Knows
 * nothing of TensorFlow.js.
 */
export interface Machine {
  readonly kernels: Kernels;
  readonly parameters: Parameters;
  /** Makes room for batches of so many examples, if there is not. */
  readonly reserve: (count: number) => void;
  /** How many examples a pass can take. */
  readonly capacity: () => number;
  /**
   * Forward, up to the loss: its sum over examples start … start + count − 1 of a batch.
   *
   * @param training which step of the optimizer this is, from 0; undefined outside training
   */
  readonly forward: (
    batch: Batch,
    start: number,
    count: number,
    training: number | undefined,
  ) => { readonly lossSum: number; readonly correct: number };
  /** Leaves the gradients of the mean loss of the last forward pass, which was one in training. */
  readonly backward: () => void;
  readonly scaleWeight: (weight: Weight, factor: number) => void;
  readonly read: (region: Region, weight: Weight) => Float32Array;
  readonly write: (region: Region, weight: Weight, values: ArrayLike<number>) => void;
}

export type Region = "weights" | "gradients" | "first-moments" | "second-moments";

export function makeMachine(
  network: Network,
  { seed, trains }: { readonly seed: number; readonly trains: boolean },
): Machine {
  const memory = new Memory({ initial: 1, maximum: 65_536 });
  const kernels = loadKernels(memory);
  const { allocate, mark, release, floats, bytes } = engineMemory(memory, kernels.freeMemory());
  const layout = layOut(network);
  const parameters = placeParameters(layout.weights, allocate);
  const resultAt = allocate(16);
  const planStart = mark();
  const inputSize = network.input.height * network.input.width * network.input.channels;
  let capacity = 0;
  let plan: Plan;
  let pixelsAt: number;
  let labelsAt: number;
  let targetsAt: number;
  let pass = { count: 0, training: undefined as number | undefined };

  function reserve(count: number): void {
    if (count <= capacity) return;
    release(planStart);
    // until there is a plan
    capacity = 0;
    const constant = (length: number, value: number) => {
      const at = allocate(length * 4);
      floats(at, length).fill(value);
      return at;
    };
    const workshop = { kernels, allocate, constant, parameters, capacity: count, seed };
    plan = makePlan(network, layout, workshop, trains);
    pixelsAt = allocate(count * inputSize);
    labelsAt = allocate(count);
    targetsAt = trains ? allocate(count * network.classes * 4) : 0;
    capacity = count;
  }

  function load({ pixels, labels, targets }: Batch, start: number, count: number): void {
    const end = start + count;
    const from = bytes(pixelsAt, count * inputSize);
    from.set(pixels.subarray(start * inputSize, end * inputSize));
    bytes(labelsAt, count).set(labels.subarray(start, end));
    if (targets !== undefined) {
      const { classes } = network;
      floats(targetsAt, count * classes).set(targets.subarray(start * classes, end * classes));
    }
    const { channels, value } = plan.input;
    const { height, width, channels: given } = network.input;
    const isPlain = channels === given && isPacked(value, plan.input);
    kernels.placeBytes(
      pixelsAt,
      ...addresses(value),
      channels * 4,
      // without gaps all images of a batch are one long row
      ...(isPlain ? [1, 1, count * height * width] : [count, height, width]),
      given,
    );
  }

  const regions: Readonly<Record<Region, number>> = {
    weights: parameters.weightsAt,
    gradients: parameters.gradientsAt,
    "first-moments": parameters.firstMomentsAt,
    "second-moments": parameters.secondMomentsAt,
  };
  function view(region: Region, weight: Weight): [Float32Array, Uint32Array] {
    const { at, positions, floats: length } = parameters.get(weight);
    // frozen weights lie elsewhere, and have nothing but themselves
    const address = weight.isTrained ? at - parameters.weightsAt + regions[region] : at;
    return [floats(address, length), positions];
  }

  return {
    kernels,
    parameters,
    reserve,
    capacity: () => capacity,
    forward(batch, start, count, training) {
      pass = { count, training };
      load(batch, start, count);
      for (const step of plan.forward) step.forward(pass);
      const { value, gradient } = plan.logits;
      const operands = [
        value.at,
        gradient!.at,
        value.batchBytes,
        labelsAt,
        resultAt,
        count,
        network.classes,
      ];
      if (batch.targets === undefined) kernels.softmaxCrossEntropy(...operands);
      else kernels.softmaxCrossEntropyOfTargets(...operands, targetsAt);
      const [lossSum, correct] = new Float64Array(memory.buffer, resultAt, 2);
      return { lossSum: lossSum!, correct: correct! };
    },
    backward() {
      for (const step of plan.backward) step.backward(pass);
    },
    scaleWeight(weight, factor) {
      const { at, floats: length } = parameters.get(weight);
      kernels.scale(at, Math.ceil(length / 4) * 4, factor);
    },
    read: (region, weight) => gather(...view(region, weight)),
    write(region, weight, values) {
      const [to, positions] = view(region, weight);
      scatter(values, positions, to);
    },
  };
}
