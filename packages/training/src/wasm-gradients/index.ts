import {
  AvgPoolGrad,
  BatchMatMul,
  Conv2DBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  MaxPoolGrad,
  getKernel,
  registerKernel,
  unregisterKernel,
  type KernelConfig,
  type KernelFunc,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { avgPoolGrad } from "./avg-pool-grad.ts";
import { conv2dBackpropFilter } from "./conv2d-backprop-filter.ts";
import { convolutionOf, type ConvolutionAttributes } from "./convolution.ts";
import { depthwiseConv2dBackpropFilter } from "./depthwise-conv2d-backprop-filter.ts";
import { depthwiseConv2dBackpropInput } from "./depthwise-conv2d-backprop-input.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { poolOf, type PoolAttributes } from "./pool.ts";
import { transposedMatMul } from "./transposed-mat-mul.ts";

/**
 * Makes networks with convolutions trainable on the wasm backend, and others faster. Call it before
 * the backend starts.
 *
 * - The backend has no gradients for the filters of convolutions, and none for depthwise ones.
 * - Its MaxPoolGrad loses the gradient of every window without a positive value, and is slow. Source:
 *   tfjs-backend-wasm/src/cc/kernels/MaxPoolGrad.cc, which begins its search for the largest at
 *   `numeric_limits<float>::min()`, the least positive number.
 * - Its AvgPoolGrad counts padding that the average did not count, and is slow.
 * - Its matrix product is slow with a transposed operand, so for both gradients of a dense layer.
 */
export function registerWasmGradients(): void {
  if (registered) return;
  registered = true;
  for (const [kernelName, gradient] of Object.entries(gradients)) {
    replaceKernel(kernelName, () => ({ inputs, backend, attrs }) => {
      calls.set(kernelName, (calls.get(kernelName) ?? 0) + 1);
      // tfjs leaves it to each kernel to know what its inputs and attributes are
      return gradient(inputs as never, attrs as never, backend as BackendWasm);
    });
  }
  replaceKernel(BatchMatMul, (own) => transposedMatMul(own!));
}

let registered = false;

/** How often each of these gradients was computed in this process. */
const calls = new Map<string, number>();

/**
 * Watches which operators fall back to plain JavaScript from here on, because the backend has no kernel for them or a
 * wrong one. Returns how to ask for their names.
 */
export function watchFallbacks(): () => readonly string[] {
  const before = new Map(calls);
  return () =>
    [...calls]
      .filter(([name, count]) => count > (before.get(name) ?? 0))
      .map(([name]) => name)
      .toSorted();
}

function replaceKernel(
  kernelName: string,
  replacement: (own: KernelFunc | undefined) => KernelFunc,
): void {
  // undefined if there is none, whatever its type says
  const own = getKernel(kernelName, "wasm") as KernelConfig | undefined;
  if (own !== undefined) unregisterKernel(kernelName, "wasm");
  const kernelFunc = replacement(own?.kernelFunc);
  registerKernel({ ...own, kernelName, backendName: "wasm", kernelFunc });
}

interface ConvolutionInputs {
  readonly x: TensorInfo;
  readonly dy: TensorInfo;
  readonly filter: TensorInfo;
}

const gradients = {
  [Conv2DBackpropFilter](
    { x, dy }: ConvolutionInputs,
    attributes: ConvolutionAttributes & { readonly filterShape: number[] },
    backend: BackendWasm,
  ): TensorInfo {
    const { filterShape } = attributes;
    const shapes = { x: x.shape, dy: dy.shape, filter: filterShape };
    const convolution = convolutionOf(Conv2DBackpropFilter, attributes, shapes, false);
    const dFilter = backend.makeOutput(filterShape, "float32");
    const onHeap = heapViews(backend);
    conv2dBackpropFilter(onHeap(x), onHeap(dy), onHeap(dFilter), convolution);
    return dFilter;
  },

  [DepthwiseConv2dNativeBackpropFilter](
    { x, dy }: ConvolutionInputs,
    attributes: ConvolutionAttributes & { readonly filterShape: number[] },
    backend: BackendWasm,
  ): TensorInfo {
    const { filterShape } = attributes;
    const shapes = { x: x.shape, dy: dy.shape, filter: filterShape };
    const convolution = convolutionOf(
      DepthwiseConv2dNativeBackpropFilter,
      attributes,
      shapes,
      true,
    );
    const dFilter = backend.makeOutput(filterShape, "float32");
    const onHeap = heapViews(backend);
    depthwiseConv2dBackpropFilter(onHeap(x), onHeap(dy), onHeap(dFilter), convolution);
    return dFilter;
  },

  [DepthwiseConv2dNativeBackpropInput](
    { dy, filter }: ConvolutionInputs,
    attributes: ConvolutionAttributes & { readonly inputShape: number[] },
    backend: BackendWasm,
  ): TensorInfo {
    const { inputShape } = attributes;
    const shapes = { x: inputShape, dy: dy.shape, filter: filter.shape };
    const convolution = convolutionOf(DepthwiseConv2dNativeBackpropInput, attributes, shapes, true);
    const dx = backend.makeOutput(inputShape, "float32");
    const onHeap = heapViews(backend);
    depthwiseConv2dBackpropInput(onHeap(dy), onHeap(filter), onHeap(dx), convolution);
    return dx;
  },

  [MaxPoolGrad](
    { dy, input }: { readonly dy: TensorInfo; readonly input: TensorInfo },
    attributes: PoolAttributes,
    backend: BackendWasm,
  ): TensorInfo {
    const pool = poolOf(MaxPoolGrad, attributes, { x: input.shape, dy: dy.shape });
    const dx = backend.makeOutput(input.shape, "float32");
    const onHeap = heapViews(backend);
    maxPoolGrad(onHeap(input), onHeap(dy), onHeap(dx), pool);
    return dx;
  },

  [AvgPoolGrad](
    { dy, input }: { readonly dy: TensorInfo; readonly input: TensorInfo },
    attributes: PoolAttributes,
    backend: BackendWasm,
  ): TensorInfo {
    const pool = poolOf(AvgPoolGrad, attributes, { x: input.shape, dy: dy.shape });
    const dx = backend.makeOutput(input.shape, "float32");
    const onHeap = heapViews(backend);
    avgPoolGrad(onHeap(dy), onHeap(dx), pool);
    return dx;
  },
};

/** Tensors where they lie, not copied. Valid until the next allocation, which may move the heap. */
function heapViews(backend: BackendWasm): (tensor: TensorInfo) => Float32Array {
  return (tensor) => backend.typedArrayFromHeap(tensor) as Float32Array;
}
