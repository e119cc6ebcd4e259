export { type ConvertOptions, convertLayersModel } from "./convert-layers-model.ts";
export { describeAsLayers } from "./to-layers/describe-as-layers.ts";
export type {
  DescribedTensor,
  DescribedWeights,
  LayersDescription,
} from "./to-layers/layer-description.ts";
