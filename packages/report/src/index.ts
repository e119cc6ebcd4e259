export {
  calculated,
  type Figure,
  type KnownFigure,
  measured,
  type NotMeasured,
  notMeasured,
} from "./figure.ts";
export {
  type AsAskedFor,
  type DatasetDescription,
  type DatasetFacts,
  type Environment,
  type Epoch,
  type Evaluation,
  type Fallback,
  type FileFacts,
  type InferencePerformance,
  type MemoryFacts,
  type MemoryPlanFacts,
  type ModelFacts,
  type OriginalSystemId,
  type Placement,
  type RunRecord,
  type SchemeFacts,
  type NetworkFacts,
  type NetworksFacts,
  type SchemesFacts,
  schemaVersion,
  type SystemFacts,
  type TrainingFacts,
} from "./run-record.ts";
export { parseRunRecord } from "./parse-run-record.ts";
export { renderTerminal, type TerminalOptions } from "./render-terminal.ts";
export { renderHtml } from "./render-html.ts";
export { renderMarkdown } from "./render-markdown.ts";
export { collectEnvironment, type MachineFacts } from "./collect-environment.ts";
