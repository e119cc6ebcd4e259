import type { Graph, OpOf } from "@smidgen/graph";
import {
  dynamicQuantization,
  type DynamicQuantization,
  makeDynamicStep,
  type QuantizedInput,
  scaleDynamically,
  scalingOrders,
} from "../dynamic-quantization.ts";
import { type DynamicFilter, dynamicFilter } from "../filter-operands.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { clampReal } from "../rounding.ts";
import type { Numerics, Step } from "../step.ts";
import { dotProduct } from "./dot-product.ts";
import { type FullyConnectedGeometry, fullyConnectedLayer } from "./fully-connected.ts";

const { fround } = Math;

type Params = FullyConnectedGeometry &
  DynamicQuantization &
  DynamicFilter & {
    readonly rowSums: Int32Array; // [units]
    readonly scalingOrder: number;
  };

/**
 * float32 fully-connected layer with int8 weights that have one scale or one for each unit ("hybrid"): each row of the input is
 * quantized while the layer runs.
 *
 * With double rounding as TensorFlow Lite's own kernel, with single rounding as XNNPACK, which always quantizes asymmetrically.
 *
 * Source: `EvalHybridDense`, tflite/kernels/fully_connected.cc of LiteRT, and
 * `PortableMatrixBatchVectorMultiplyAccumulate`, tflite/kernels/internal/reference/portable_tensor_utils.cc;
 * src/qd8-f32-qc8w-gemm of XNNPACK.
 */
export function fullyConnectedDynamic(
  op: OpOf<"fully-connected">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const { geometry, operands } = fullyConnectedLayer(op, graph);
  const { depth, units } = geometry;
  const isXnnpack = rounding === "single";
  const method = op.options.asymmetricQuantizeInputs === true ? "asymmetric" : "symmetric";
  const layer = dynamicFilter(graph, operands);
  return makeDynamicStep<Params>({
    kernel: "fully_connected_dynamic",
    run: runFullyConnectedDynamic,
    params: {
      ...geometry,
      ...dynamicQuantization(
        graph,
        operands.input,
        depth,
        isXnnpack ? "asymmetricOfXnnpack" : method,
      ),
      ...layer,
      rowSums: foldZeroPoint(new Int32Array(units), layer.filter, -1),
      scalingOrder: isXnnpack ? scalingOrders.sliceFirst : scalingOrders.together,
    },
    input: operands.input,
    output: operands.output,
  });
}

function runFullyConnectedDynamic(
  params: Params,
  { values, scales, zeroPoints }: QuantizedInput,
  output: Float32Array,
): void {
  const { batches, depth, units, filter, filterScales: channelScales, rowSums, bias } = params;
  const { scalingOrder, activationMin, activationMax } = params;
  for (let batch = 0; batch < batches; batch++) {
    for (let unit = 0; unit < units; unit++) {
      const products = dotProduct(filter, unit * depth, values, batch * depth, depth);
      const sum = products - zeroPoints[batch]! * rowSums[unit]!;
      const real = scaleDynamically(sum, scales[batch]!, channelScales[unit]!, scalingOrder);
      output[batch * units + unit] = clampReal(
        fround(real + bias[unit]!),
        activationMin,
        activationMax,
      );
    }
  }
}
