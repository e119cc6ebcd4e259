import type { Layout } from "./layout.ts";
import type { Layer, Network, Window } from "./network.ts";
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
  { layers }: Network,
  { tensors }: Layout,
  workshop: Workshop,
  trains: boolean,
): Plan {
  const firstTrained = layers.findIndex(isTrained);
  const hasGradient = (index: number) =>
    index === layers.length || (trains && firstTrained !== -1 && index > firstTrained);

  function placeTensor(index: number): Tensor {
    const shape = tensors[index]!;
    const producer = layers[index - 1];
    const producesByTaps = producer !== undefined && isSliding(producer) && hasGradient(index - 1);
    const { allocate, capacity } = workshop;
    return {
      ...shape,
      value: place(allocate, capacity, shape, valueBorder(layers[index], shape)),
      gradient: hasGradient(index)
        ? place(
            allocate,
            capacity,
            shape,
            producesByTaps ? gradientBorder(producer.window, tensors[index - 1]!) : noBorder,
          )
        : undefined,
    };
  }

  const forward: Step[] = [];
  const backward: Step[] = [];
  const input = placeTensor(0);
  let x = input;
  for (let index = 0; index < layers.length; index++) {
    const layer = layers[index]!;
    let y: Tensor;
    let step: Step;
    if (isConvolutionPool(layer, layers[index + 1], x)) {
      index++;
      y = placeTensor(index + 1);
      step = convolutionPoolStep(workshop, layer, x, y);
    } else if (layer.kind === "flatten") {
      y = flattened(workshop, x, tensors[index + 1]!);
      step = flattenStep(workshop, x, y);
    } else {
      y = placeTensor(index + 1);
      step = makeStep(workshop, layer, index, x, y);
    }
    forward.push(step);
    if (y.gradient !== undefined) backward.unshift(step);
    x = y;
  }
  return { input, logits: x, forward, backward };
}

function makeStep(
  workshop: Workshop,
  layer: Exclude<Layer, { kind: "flatten" }>,
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

function valueBorder(consumer: Layer | undefined, image: TensorShape): Border {
  return consumer !== undefined && isSliding(consumer)
    ? windowBorder(consumer.window, image)
    : noBorder;
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
