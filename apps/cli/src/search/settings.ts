import { coreNames } from "@smidgen/device";
import { z } from "zod";
import { settingsSchema as training } from "../train/settings.ts";

/** At most what `SearchOptions` can say and JSON can hold. Ranges are checked by the search, which names them all. */
export const searchSchema = z.strictObject({
  /** A dataset's name, or a folder with IDX files. */
  dataset: z.string().exactOptional(),
  budget: z
    .strictObject({
      flashBytes: z.number().exactOptional(),
      ramBytes: z.number().exactOptional(),
      multiplyAccumulates: z.number().exactOptional(),
    })
    .exactOptional(),
  family: z
    .strictObject({
      widths: z.array(z.array(z.number())).exactOptional(),
      firstKernels: z.array(z.union([z.literal(3), z.literal(5)])).exactOptional(),
      firstStrides: z.array(z.union([z.literal(1), z.literal(2)])).exactOptional(),
      convolutions: z.array(z.enum(["plain", "separable"])).exactOptional(),
      heads: z.array(z.enum(["mean", "flatten"])).exactOptional(),
    })
    .exactOptional(),
  networks: z.number().exactOptional(),
  rounds: z.array(z.number()).exactOptional(),
  keep: z.number().exactOptional(),
  training: z
    .strictObject({
      batchSize: training.shape.batchSize.exactOptional(),
      learningRate: training.shape.learningRate.exactOptional(),
      schedule: training.shape.schedule.exactOptional(),
      weightDecay: training.shape.weightDecay.exactOptional(),
      labelSmoothing: training.shape.labelSmoothing.exactOptional(),
      mixup: training.shape.mixup.exactOptional(),
      classWeights: training.shape.classWeights.exactOptional(),
      augmentation: training.shape.augmentation.exactOptional(),
    })
    .exactOptional(),
  validationSplit: z.number().exactOptional(),
  core: z.enum(coreNames).exactOptional(),
  code: z.enum(["estimated", "measured"]).exactOptional(),
  seed: z.number().exactOptional(),
  threads: z.number().exactOptional(),
});

/** What a search is, as a config file has it. */
export type SearchSettings = z.output<typeof searchSchema>;
