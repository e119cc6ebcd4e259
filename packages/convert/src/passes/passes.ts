import type { Graph } from "@smidgen/graph";
import { foldBatchNorm } from "./fold-batch-norm.ts";
import { fuseActivation } from "./fuse-activation.ts";
import { mergeReshapes } from "./merge-reshapes.ts";
import { removeUnused } from "./remove-unused.ts";
import { sinkReshapes } from "./sink-reshapes.ts";

/** Takes a good graph and returns a good graph that computes the same. */
export type Pass = (graph: Graph) => Graph;

/** In the order in which they run. */
export const passes = [
  sinkReshapes,
  mergeReshapes,
  foldBatchNorm,
  fuseActivation,
  removeUnused,
] satisfies Pass[];
