import path from "node:path";
import { UserError } from "@smidgen/errors";
import { datasetNames } from "@smidgen/datasets";
import { architectures, backendNames, type ArchitectureName } from "@smidgen/training";
import { z } from "zod";
import { readBytes } from "../files.ts";

/** At most what `TrainOptions` can say and JSON can hold. Ranges are checked by `train`, which names them all. */
export const settingsSchema = z.strictObject({
  /** A dataset's name, or a folder with IDX files. */
  dataset: z.string(),
  architecture: z.enum(Object.keys(architectures) as [ArchitectureName, ...ArchitectureName[]]),
  backend: z.enum(["auto", ...backendNames]),
  epochs: z.number(),
  batchSize: z.number(),
  learningRate: z.number(),
  seed: z.number(),
  schedule: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("constant"), warmUpEpochs: z.number().exactOptional() }),
    z.strictObject({
      kind: z.literal("cosine"),
      warmUpEpochs: z.number().exactOptional(),
      end: z.number().exactOptional(),
    }),
    z.strictObject({
      kind: z.literal("step"),
      warmUpEpochs: z.number().exactOptional(),
      everyEpochs: z.number(),
      factor: z.number(),
    }),
  ]),
  weightDecay: z.number(),
  labelSmoothing: z.number(),
  mixup: z.number(),
  classWeights: z.union([z.literal("balanced"), z.array(z.number())]),
  augmentation: z.strictObject({
    rotate: z.number().exactOptional(),
    shift: z.number().exactOptional(),
    scale: z.number().exactOptional(),
    shear: z.number().exactOptional(),
    elastic: z
      .strictObject({ pixels: z.number(), spacing: z.number().exactOptional() })
      .exactOptional(),
    mirror: z.boolean().exactOptional(),
    outside: z.enum(["zero", "nearest"]).exactOptional(),
  }),
  validationSplit: z.number(),
  earlyStopping: z.strictObject({
    monitor: z.enum(["valLoss", "valAccuracy", "loss", "accuracy"]).exactOptional(),
    patience: z.number().exactOptional(),
    minChange: z.number().exactOptional(),
    restoreBest: z.boolean().exactOptional(),
  }),
});

/** What a training is, as a config file has it. */
export type TrainingSettings = z.output<typeof partialSchema>;

const partialSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(settingsSchema.shape).map(([name, schema]) => [name, schema.exactOptional()]),
  ) as {
    [Name in keyof typeof settingsSchema.shape]: z.ZodExactOptional<
      (typeof settingsSchema.shape)[Name]
    >;
  },
);

/** @throws UserError `cannot-read`, or `invalid-config`, naming every wrong setting */
export async function readSettings(file: string): Promise<TrainingSettings> {
  return checkSettings(await readJson(file), file);
}

/** @throws UserError `cannot-read`, or `invalid-config` if it is not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(file));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError("invalid-config", `${file} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** @param where they come from, for messages */
export function checkSettings(settings: unknown, where: string): TrainingSettings {
  return checkAgainst(partialSchema, settings, where);
}

/** @throws UserError `invalid-config`, naming every wrong setting */
export function checkAgainst<Schema extends z.ZodObject>(
  schema: Schema,
  settings: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(settings);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path: place, message }) => `${place.length > 0 ? `${place.join(".")}: ` : ""}${message}`,
  );
  throw new UserError("invalid-config", `${where}: ${problems.join("; ")}`, {
    hint: `Settings are ${Object.keys(schema.shape).join(", ")}.`,
  });
}

/** A dataset that has a name, or a folder, as an absolute path. */
export function datasetOf(
  text: string,
): { name: (typeof datasetNames)[number] } | { directory: string } {
  const name = datasetNames.find((each) => each === text);
  return name === undefined ? { directory: path.resolve(text) } : { name };
}
