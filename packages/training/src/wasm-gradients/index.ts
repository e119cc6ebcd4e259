import {
  Conv2DBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  getKernel,
  registerKernel,
  type NamedAttrMap,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { conv2dBackpropFilter } from "./conv2d-backprop-filter.ts";
import { convolutionOf, type ConvolutionAttributes } from "./convolution.ts";
import { depthwiseConv2dBackpropFilter } from "./depthwise-conv2d-backprop-filter.ts";
import { depthwiseConv2dBackpropInput } from "./depthwise-conv2d-backprop-input.ts";

/**
 * Gives the wasm backend the kernels that training needs and it lacks: the gradients of convolution
 * filters, and both of depthwise convolution. Without them tfjs trains no convolution on wasm.
 *
 * A kernel that some later version of the backend brings is left alone.
 */
export function registerWasmGradients(): void {
  for (const [kernelName, gradient] of Object.entries(gradients)) {
    // absent kernels are undefined, whatever the types of tfjs say
    if ((getKernel(kernelName, "wasm") as unknown) !== undefined) continue;
    registerKernel({
      kernelName,
      backendName: "wasm",
      kernelFunc: ({ inputs, backend, attrs }) =>
        gradient(inputs as Inputs, attrs as NamedAttrMap, backend as BackendWasm),
    });
  }
}

type Inputs = Readonly<Record<string, TensorInfo>>;
type Gradient = (inputs: Inputs, attributes: NamedAttrMap, backend: BackendWasm) => TensorInfo;

const gradients: Readonly<Record<string, Gradient>> = {
  [Conv2DBackpropFilter]({ x, dy }, attributes, backend) {
    const filterShape = attributes["filterShape"] as number[];
    const convolution = convolutionOf(
      Conv2DBackpropFilter,
      attributes as unknown as ConvolutionAttributes,
      { x: x!.shape, dy: dy!.shape, filter: filterShape },
      false,
    );
    const dFilter = backend.makeOutput(filterShape, "float32");
    const onHeap = heapViews(backend);
    conv2dBackpropFilter(onHeap(x!), onHeap(dy!), onHeap(dFilter), convolution);
    return dFilter;
  },

  [DepthwiseConv2dNativeBackpropFilter]({ x, dy }, attributes, backend) {
    const filterShape = attributes["filterShape"] as number[];
    const convolution = convolutionOf(
      DepthwiseConv2dNativeBackpropFilter,
      attributes as unknown as ConvolutionAttributes,
      { x: x!.shape, dy: dy!.shape, filter: filterShape },
      true,
    );
    const dFilter = backend.makeOutput(filterShape, "float32");
    const onHeap = heapViews(backend);
    depthwiseConv2dBackpropFilter(onHeap(x!), onHeap(dy!), onHeap(dFilter), convolution);
    return dFilter;
  },

  [DepthwiseConv2dNativeBackpropInput]({ dy, filter }, attributes, backend) {
    const inputShape = attributes["inputShape"] as number[];
    const convolution = convolutionOf(
      DepthwiseConv2dNativeBackpropInput,
      attributes as unknown as ConvolutionAttributes,
      { x: inputShape, dy: dy!.shape, filter: filter!.shape },
      true,
    );
    const dx = backend.makeOutput(inputShape, "float32");
    const onHeap = heapViews(backend);
    depthwiseConv2dBackpropInput(onHeap(dy!), onHeap(filter!), onHeap(dx), convolution);
    return dx;
  },
};

/** Tensors where they lie, not copied. Valid until the next allocation, which may move the heap. */
function heapViews(backend: BackendWasm): (tensor: TensorInfo) => Float32Array {
  return (tensor) => backend.typedArrayFromHeap(tensor) as Float32Array;
}
