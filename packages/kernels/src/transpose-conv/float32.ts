import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampRealSum } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import {
  forEachOutputCell,
  type TransposeConvGeometry,
  transposeConvLayer,
} from "./transpose-conv.ts";

const { fround } = Math;

type Params = TransposeConvGeometry & Float32Filter;

/**
 * float32 transposed convolution. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `TransposeConv`, tensorflow/lite/kernels/internal/reference/transpose_conv.h.
 */
export function transposeConvFloat32(op: OpOf<"transpose-conv">, graph: Graph): Step {
  const { geometry, operands } = transposeConvLayer(op, graph);
  return makeStep({
    kernel: "transpose_conv_float32",
    run: runTransposeConvFloat32,
    params: { ...geometry, ...float32Filter(graph, operands) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runTransposeConvFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  forEachOutputCell(sumAt, params, input, output);
}

function sumAt(
  params: Params,
  input: Float32Array,
  output: Float32Array,
  inputStart: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  filterY: number,
  filterX: number,
  outputStart: number,
): void {
  const { inputWidth, inputChannels, outputChannels, filterHeight, filterWidth } = params;
  const { strideHeight, strideWidth, filter, bias, activationMin, activationMax } = params;
  for (let channel = 0; channel < outputChannels; channel++) {
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      const filterRow = channel * filterHeight + filterY - y * strideHeight;
      for (let x = left; x < right; x++) {
        const weight = (filterRow * filterWidth + filterX - x * strideWidth) * inputChannels;
        const cell = inputStart + (y * inputWidth + x) * inputChannels;
        for (let i = 0; i < inputChannels; i++) {
          sum = fround(sum + fround(input[cell + i]! * filter[weight + i]!));
        }
      }
    }
    output[outputStart + channel] = clampRealSum(
      sum + bias[channel]!,
      activationMin,
      activationMax,
    );
  }
}
