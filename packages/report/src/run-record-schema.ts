import { z } from "zod";
import { schemaVersion } from "./run-record.ts";

const text = z.string("expected text").min(1, "expected text, not nothing");
const wholeNumber = z.int("expected a whole number");
const count = wholeNumber.nonnegative("expected 0 or more");
const positiveCount = wholeNumber.positive("expected 1 or more");
const number = z.number("expected a number");
const quantity = number.nonnegative("expected 0 or more");
const share = quantity.max(1, "expected a share of 1, not per cent");
const flag = z.boolean("expected true or false");

const notMeasured = z.strictObject({
  kind: z.literal("not-measured"),
  reason: text,
  howTo: text,
});

const figure = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["measured", "calculated"]), value: quantity, how: text }),
  notMeasured,
]);

const byteFigure = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["measured", "calculated"]), value: count, how: text }),
  notMeasured,
]);

const datasetDescription = {
  name: text,
  source: text,
  trainingExamples: count,
  validationExamples: count,
  testExamples: count,
};

const dataset = z.discriminatedUnion("fallback", [
  z.strictObject({ ...datasetDescription, fallback: z.literal(false) }),
  z.strictObject({
    ...datasetDescription,
    fallback: z.literal(true),
    fallbackReason: text,
    fallbackHint: text,
  }),
]);

const model = z.strictObject({
  architecture: text,
  parameters: count,
  multiplyAccumulates: count,
});

const epoch = z.strictObject({
  loss: quantity.nullable(),
  accuracy: share.nullable(),
  valLoss: quantity.nullable(),
  valAccuracy: share.nullable(),
  seconds: quantity,
});

const training = z.strictObject({
  batchSize: positiveCount,
  optimizer: text,
  learningRate: number.positive("expected more than 0"),
  seed: wholeNumber,
  backend: text,
  backendReason: text,
  epochs: z.array(epoch).readonly(),
});

const evaluation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("measured"),
    examples: positiveCount,
    accuracy: share,
    loss: quantity,
    engine: text,
  }),
  notMeasured,
]);

const performance = z.strictObject({
  core: text,
  machine: text,
  build: text,
  code: text.exactOptional(),
  instructions: figure,
  cycles: figure,
  microseconds: figure,
  flash: byteFigure.exactOptional(),
  ram: byteFigure.exactOptional(),
});

const placement = z
  .strictObject({
    tensor: text,
    offsetBytes: count,
    bytes: count,
    firstOp: count,
    lastOp: count,
  })
  .refine((p) => p.firstOp <= p.lastOp, {
    path: ["lastOp"],
    message: "comes before firstOp",
  });

const memoryPlan = z
  .strictObject({
    arenaBytes: count,
    ops: z.tuple([text], text).readonly(),
    placements: z.array(placement).readonly(),
  })
  .superRefine((plan, context) => {
    for (const [position, { offsetBytes, bytes, lastOp }] of plan.placements.entries()) {
      if (offsetBytes + bytes > plan.arenaBytes) {
        context.addIssue({
          code: "custom",
          path: ["placements", position, "bytes"],
          message: `ends at byte ${offsetBytes + bytes} of an arena of ${plan.arenaBytes}`,
        });
      }
      if (lastOp >= plan.ops.length) {
        context.addIssue({
          code: "custom",
          path: ["placements", position, "lastOp"],
          message: `there are ${plan.ops.length} operators`,
        });
      }
    }
  });

const systemFacts = z.strictObject({
  id: text,
  label: text,
  file: z.strictObject({ description: text, bytes: count }),
  evaluation,
  memory: z.strictObject({ ram: byteFigure, flashModel: byteFigure, flashCode: byteFigure }),
  performance: z.array(performance).readonly().exactOptional(),
  memoryPlan: memoryPlan.exactOptional(),
  counterpart: z
    .enum(["tensorflow", "tensorflow-lite", "tensorflow-lite-quantized", "tensorflow-lite-micro"])
    .exactOptional(),
});

const systems = z
  .tuple([systemFacts], systemFacts)
  .readonly()
  .superRefine((all, context) => {
    for (const [position, system] of all.entries()) {
      for (const field of ["id", "label"] as const) {
        if (all.findIndex((other) => other[field] === system[field]) < position) {
          context.addIssue({
            code: "custom",
            path: [position, field],
            message: `another system has the same ${field}`,
            input: system[field],
          });
        }
      }
    }
  });

const schemes = z.strictObject({
  examples: positiveCount,
  rows: z
    .array(
      z.strictObject({
        scheme: text,
        calibration: text.nullable(),
        fileBytes: count,
        arenaBytes: count,
        accuracy: share,
        loss: quantity,
      }),
    )
    .readonly(),
});

const networks = z.strictObject({
  examples: positiveCount,
  chip: text,
  rows: z
    .array(
      z.strictObject({
        name: text,
        description: text,
        budget: text,
        parameters: count,
        seeds: positiveCount,
        accuracy: share,
        int8Accuracy: share,
        chip: z.strictObject({ flashBytes: count, ramBytes: count }).nullable(),
      }),
    )
    .readonly(),
});

const environment = z.strictObject({
  os: text,
  kernel: text,
  architecture: text,
  cpu: z.strictObject({ model: text.nullable(), count: positiveCount, available: positiveCount }),
  memory: z.strictObject({ totalBytes: count, limitBytes: count.nullable() }),
  node: text,
  backend: text,
  container: text.nullable(),
  cloud: text.nullable(),
  ci: text.nullable(),
  wsl: flag,
});

/** Checks outside data field by field; `RunRecord` is the same in TypeScript and has the docs. */
export const runRecordSchema = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  title: text,
  recordedAt: z.iso.datetime("expected a time in UTC such as 2026-08-01T12:00:00Z"),
  dataset,
  model,
  training: training.exactOptional(),
  systems,
  schemes: schemes.exactOptional(),
  networks: networks.exactOptional(),
  environment,
});
