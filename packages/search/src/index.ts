export type { Budget, Constraint, Costs } from "./budget.ts";
export type { SearchTraining } from "./candidate.ts";
export type { CodeFigures } from "./costs.ts";
export { defaultFamily, type Family, networkName, networksOf } from "./family.ts";
export { paretoFront } from "./pareto.ts";
export type { SearchResult } from "./results-file.ts";
export {
  type Discarded,
  modelFile,
  searchNetworks,
  type SearchMoment,
  type SearchObserver,
  type SearchOutcome,
} from "./search.ts";
export type { SearchOptions } from "./search-options.ts";
