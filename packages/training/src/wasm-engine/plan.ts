import type { Layout } from "./layout.ts";
import { consumerCounts, type Layer, type Network, type Window } from "./network.ts";
import { addStep, forkStep } from "./steps/add.ts";
import { batchNormalizationStep } from "./steps/batch-normalization.ts";
import { clampStep } from "./steps/clamp.ts";
import { convolutionPoolStep, isConvolutionPool } from "./steps/convolution-pool.ts";
import { convolutionStep } from "./steps/convolution.ts";
import { denseStep } from "./steps/dense.ts";
import { depthwiseStep } from "./steps/depthwise.ts";
import { dropoutStep } from "./steps/dropout.ts";
import { flattenStep } from "./steps/flatten.ts";
import { poolStep } from "./steps/pool.ts";
import type { Step, Workshop } from "./steps/step.ts";
import { gradientBorder } from "./stride-phases.ts";
import { isPacked, noBorder, place, type Border, type Tensor, type TensorShape } from "./tensor.ts";

/** Everything a pass does, in order and with all addresses, for batches of up to a certain size. */
export interface Plan {
  readonly input: Tensor;
  /** Vectors [count, classes]. They have a gradient. */
  readonly logits: Tensor;
  readonly forward: readonly Step[];
  /** Those whose output has a gradient, the last one first. */
  readonly backward: readonly Step[];
}

/** @param trains whether there will be backward passes */
export function makePlan(
  network: Network,
  { tensors: shapes }: Layout,
  workshop: Workshop,
  trains: boolean,
): Plan {
  const { layers, sources } = network;
  const { allocate, capacity } = workshop;
  const counts = consumerCounts(network);
  const hasGradient = gradientHolders(network, trains);

  function placeTensor(index: number): Tensor {
    const shape = shapes[index]!;
    const producer = layers[index - 1];
    const needsBorder =
      producer !== undefined && isSliding(producer) && hasGradient[sources[index - 1]![0]!];
    const consumers = layers.filter((_, i) => sources[i]!.includes(index));
    return {
      ...shape,
      value: place(allocate, capacity, shape, valueBorder(consumers, shape)),
      gradient: hasGradient[index]
        ? place(
            allocate,
            capacity,
            shape,
            needsBorder
              ? gradientBorder(producer.window, shapes[sources[index - 1]![0]!]!)
              : noBorder,
          )
        : undefined,
    };
  }

  const forward: Step[] = [];
  const backward: Step[] = [];
  /** For each tensor, what its consumers take: itself or, if there are several, each its own gradient. */
  const views: Tensor[][] = [];

  /** A tensor that is filled from here on. */
  function offer(index: number, tensor: Tensor): void {
    const count = counts[index]!;
    if (count < 2 || tensor.gradient === undefined) {
      views[index] = Array.from({ length: count }, () => tensor);
      return;
    }
    const parts = Array.from({ length: count }, () => place(allocate, capacity, tensor));
    views[index] = parts.map((gradient) => ({ ...tensor, gradient }));
    backward.unshift(forkStep(workshop, tensor, parts));
  }

  const input = placeTensor(0);
  offer(0, input);
  let last = input;
  for (let index = 0; index < layers.length; index++) {
    const layer = layers[index]!;
    const inputs = sources[index]!.map((source) => views[source]!.shift()!);
    const x = inputs[0]!;
    const next = counts[index + 1] === 1 && sources[index + 1]?.[0] === index + 1;
    let y: Tensor;
    let step: Step;
    if (isConvolutionPool(layer, next ? layers[index + 1] : undefined, x)) {
      index++;
      y = placeTensor(index + 1);
      step = convolutionPoolStep(workshop, layer, x, y);
    } else if (layer.kind === "flatten") {
      y = flattened(workshop, x, shapes[index + 1]!);
      step = flattenStep(workshop, x, y);
    } else {
      y = placeTensor(index + 1);
      step =
        layer.kind === "add"
          ? addStep(workshop, layer, inputs, y)
          : makeStep(workshop, layer, index, x, y);
    }
    forward.push(step);
    if (y.gradient !== undefined) backward.unshift(step);
    offer(index + 1, y);
    last = y;
  }
  return { input, logits: last, forward, backward };
}

/** The tensors behind something that is trained, and the logits. */
function gradientHolders({ layers, sources }: Network, trains: boolean): readonly boolean[] {
  const holds = [false];
  for (const [index, layer] of layers.entries()) {
    holds.push(trains && (isTrained(layer) || sources[index]!.some((source) => holds[source])));
  }
  holds[layers.length] = true;
  return holds;
}

function makeStep(
  workshop: Workshop,
  layer: Exclude<Layer, { kind: "flatten" | "add" }>,
  index: number,
  x: Tensor,
  y: Tensor,
): Step {
  switch (layer.kind) {
    case "dense":
      return denseStep(workshop, layer, x, y);
    case "convolution":
      return convolutionStep(workshop, layer, x, y);
    case "depthwise":
      return depthwiseStep(workshop, layer, x, y);
    case "batch-normalization":
      return batchNormalizationStep(workshop, layer, x, y);
    case "max-pool":
    case "average-pool":
      return poolStep(workshop, layer, x, y);
    case "clamp":
      return clampStep(workshop, layer, x, y);
    case "dropout":
      return dropoutStep(workshop, layer, index, x, y);
    default:
      return layer satisfies never;
  }
}

/** The same values as a vector. A gradient with a border is no vector: it gets one of its own. */
function flattened({ allocate, capacity }: Workshop, x: Tensor, shape: TensorShape): Tensor {
  const asVector = { at: x.value.at, batchBytes: x.value.batchBytes, rowBytes: x.value.batchBytes };
  return {
    ...shape,
    value: asVector,
    gradient:
      x.gradient &&
      (isPacked(x.gradient, x)
        ? { ...asVector, at: x.gradient.at }
        : place(allocate, capacity, shape)),
  };
}

function isTrained(layer: Layer): boolean {
  return Object.values(layer).some(
    (value: unknown) =>
      typeof value === "object" &&
      value !== null &&
      "isTrained" in value &&
      value.isTrained === true,
  );
}

function isSliding(layer: Layer): layer is Extract<Layer, { kind: "convolution" | "depthwise" }> {
  return layer.kind === "convolution" || layer.kind === "depthwise";
}

/** As wide as any of them needs. */
function valueBorder(consumers: readonly Layer[], image: TensorShape): Border {
  const borders = consumers
    .filter((layer) => isSliding(layer))
    .map(({ window }) => windowBorder(window, image));
  const widest = (side: keyof Border) => Math.max(0, ...borders.map((border) => border[side]));
  return {
    top: widest("top"),
    bottom: widest("bottom"),
    left: widest("left"),
    right: widest("right"),
  };
}

/** How far the window's taps reach over each edge of the image. */
function windowBorder(window: Window, { height, width }: TensorShape): Border {
  const { strideY, strideX, padTop, padLeft, outHeight, outWidth } = window;
  return {
    top: padTop,
    bottom: Math.max(0, (outHeight - 1) * strideY + window.height - padTop - height),
    left: padLeft,
    right: Math.max(0, (outWidth - 1) * strideX + window.width - padLeft - width),
  };
}
