import type { Shape, TensorId } from "@smidgen/graph";
import type { LayerBuilder } from "./layer-builder.ts";
import { reasons } from "./layer-rules.ts";
import type { LayerCall } from "./network.ts";

/** Options of layers that slide a window over a sequence [1, length, channels]. */
interface WindowConfig {
  readonly padding: string;
  readonly strides: readonly [number];
  readonly dataFormat?: string;
  readonly dilationRate?: readonly [number];
}

export function window1dProblems(call: LayerCall): readonly string[] {
  const { padding, strides, dataFormat, dilationRate = [1] } = call.config as WindowConfig;
  return reasons(
    [dataFormat === "channelsFirst", "dataFormat is channelsFirst; only channelsLast is supported"],
    [padding !== "same" && padding !== "valid", `padding is ${padding}`],
    [
      dilationRate[0] > 1 && strides[0] > 1,
      `dilationRate ${dilationRate[0]} with strides ${strides[0]}; one of them must be 1`,
    ],
  );
}

/** Of the image that is one cell high. */
export function window1dOptions(call: LayerCall) {
  const { padding, strides } = call.config as WindowConfig;
  return {
    padding: padding as "same" | "valid",
    strideHeight: 1,
    strideWidth: strides[0],
  };
}

/** The sequence as an image that is one cell high, through `addOp`, and back. */
export function asImage(
  call: LayerCall,
  b: LayerBuilder,
  input: TensorId,
  addOp: (image: TensorId, name: string) => TensorId,
): TensorId {
  const [, length, channels] = call.inputs[0].shape as Shape;
  const image = [1, 1, length ?? 0, channels ?? 0];
  const wide = b.op("reshape", [input, undefined], { newShape: image }, `${call.name}/image`);
  const newShape = call.outputs[0].shape as Shape;
  return b.op("reshape", [addOp(wide, `${call.name}/wide`), undefined], { newShape }, call.name);
}
