import { type LayerRules, noProblems } from "../layer-rules.ts";

/** Acts in training only. */
export const dropout: LayerRules = {
  problems: noProblems,
  convert: (_, __, [input]) => input,
};
