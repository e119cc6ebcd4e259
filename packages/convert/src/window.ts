import type { Padding } from "@smidgen/graph";
import { reasons } from "./layer-rules.ts";
import type { LayerCall } from "./network.ts";

/** Options of layers that slide a window over an image; [height, width]. */
interface WindowConfig {
  readonly padding: string;
  readonly strides: readonly [number, number];
  readonly dataFormat: string;
  readonly dilationRate?: readonly [number, number];
}

export function windowProblems(call: LayerCall): readonly string[] {
  const { padding, strides, dataFormat, dilationRate = [1, 1] } = call.config as WindowConfig;
  return reasons(
    [dataFormat === "channelsFirst", "dataFormat is channelsFirst; only channelsLast is supported"],
    [padding !== "same" && padding !== "valid", `padding is ${padding}`],
    [
      dilationRate.some((rate) => rate > 1) && strides.some((stride) => stride > 1),
      `dilationRate [${dilationRate.join(", ")}] with strides [${strides.join(", ")}]; one of them must be 1`,
    ],
  );
}

export function windowOptions(call: LayerCall) {
  const { padding, strides } = call.config as WindowConfig;
  return {
    padding: padding as Padding,
    strideHeight: strides[0],
    strideWidth: strides[1],
  };
}

export function dilationOptions(call: LayerCall) {
  const { dilationRate = [1, 1] } = call.config as WindowConfig;
  return { dilationHeight: dilationRate[0], dilationWidth: dilationRate[1] };
}
