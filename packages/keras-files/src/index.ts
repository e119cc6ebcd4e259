export { arePaths, layersOfPaths } from "./layers-of-paths.ts";
export { type KerasModel, readKerasFile } from "./read-keras-file.ts";
export type { LayerWeights, WeightValues } from "./layer-weights.ts";
export { type KerasTopology, type TopologyOptions, toKeras2Topology } from "./keras-2-topology.ts";
