import type { Graph } from "@smidgen/graph";
import { foldBatchNorm } from "./fold-batch-norm.ts";
import { fuseActivation } from "./fuse-activation.ts";
import { removeUnused } from "./remove-unused.ts";

/** Takes a good graph and returns a good graph that computes the same. */
export type Pass = (graph: Graph) => Graph;

/** In the order in which they run. */
export const passes = [foldBatchNorm, fuseActivation, removeUnused] satisfies Pass[];
