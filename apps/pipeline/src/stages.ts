import type { Stage, StageName } from "./stage.ts";

/** What each stage does. Imported only when it runs: a stage loads what it needs and nothing else. */
export const stages: Readonly<Record<StageName, () => Promise<(stage: Stage) => Promise<void>>>> = {
  dataset: async () => (await import("./stages/dataset.ts")).dataset,
  train: async () => (await import("./stages/train.ts")).train,
  convert: async () => (await import("./stages/convert.ts")).convert,
  quantize: async () => (await import("./stages/quantize.ts")).quantize,
  deploy: async () => (await import("./stages/deploy.ts")).deploy,
  networks: async () => (await import("./stages/networks.ts")).networks,
  report: async () => (await import("./stages/report.ts")).report,
};
