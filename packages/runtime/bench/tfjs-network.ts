import * as tf from "@tensorflow/tfjs-core";
import { type Graph, type OpOf, type TensorId, tensorOf } from "@smidgen/graph";

/** A network of dense layers, convolutions, pools and softmax in TensorFlow.js on its backend cpu, as Keras layers run there. */
export async function tfjsNetwork(
  graph: Graph,
): Promise<(image: Float32Array) => Float32Array | Int32Array | Uint8Array> {
  await import("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  const constants = new Map(
    graph.tensors.flatMap(({ data, shape }, id) =>
      data instanceof Float32Array ? [[id as TensorId, tf.tensor(data, [...shape])] as const] : [],
    ),
  );
  const constant = (id: TensorId | undefined) => constants.get(id as TensorId) as tf.Tensor;
  const layers = graph.ops.map((op): ((x: tf.Tensor) => tf.Tensor) => {
    switch (op.kind) {
      case "conv-2d": {
        const filter = tf.transpose(constant(op.inputs[1]), [1, 2, 3, 0]) as tf.Tensor4D;
        const bias = constant(op.inputs[2]);
        const { strideHeight, strideWidth, padding } = op.options;
        const strides: [number, number] = [strideHeight, strideWidth];
        const activation = activationOf(op);
        return (x) =>
          tf.fused.conv2d({ x: x as tf.Tensor4D, filter, bias, strides, pad: padding, activation });
      }
      case "max-pool-2d": {
        const { filterHeight, filterWidth, strideHeight, strideWidth, padding } = op.options;
        const [size, strides] = [
          [filterHeight, filterWidth],
          [strideHeight, strideWidth],
        ] as [[number, number], [number, number]];
        return (x) => tf.maxPool(x as tf.Tensor4D, size, strides, padding);
      }
      case "reshape":
        return (x) => tf.reshape(x, [...tensorOf(graph, op.outputs[0]).shape]);
      case "fully-connected": {
        const b = constant(op.inputs[1]) as tf.Tensor2D;
        const bias = constant(op.inputs[2]);
        const activation = activationOf(op);
        return (a) => tf.fused.matMul({ a, b, transposeB: true, bias, activation });
      }
      case "softmax":
        return (x) => tf.softmax(x);
      default:
        throw new Error(`no ${op.kind} here`);
    }
  });
  const { shape } = tensorOf(graph, graph.inputs[0] as TensorId);
  return (image) => {
    const output = tf.tidy(() => {
      let x: tf.Tensor = tf.tensor(image, [...shape]);
      for (const layer of layers) x = layer(x);
      return x;
    });
    const result = output.dataSync();
    output.dispose();
    return result;
  };
}

function activationOf({ options }: OpOf<"conv-2d" | "fully-connected">): "linear" | "relu" {
  if (options.activation === "none") return "linear";
  if (options.activation === "relu") return "relu";
  throw new Error(`no ${options.activation} here`);
}
