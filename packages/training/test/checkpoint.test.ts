import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { selectBackend, train, type TrainOptions } from "@smidgen/training";
import * as tf from "@tensorflow/tfjs-core";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeCheckpoint } from "../src/checkpoint/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "../src/checkpoint/safetensors.ts";
import { data, digest, options } from "./resumed-training.ts";

vi.setConfig({ testTimeout: 600_000 });

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
  file = join(folder, "training.safetensors");
});

afterEach(() => rm(folder, { recursive: true }));

const withoutTimes = (history: Awaited<ReturnType<typeof train>>["history"]) =>
  history.map((record) => ({ ...record, durationMs: 0 }));

describe.each(["smidgen-wasm", "wasm", "cpu"] as const)("on %s", (backend) => {
  beforeEach(async () => void (await selectBackend(backend)));

  test("a training that was interrupted and goes on ends as one that was not", async () => {
    const whole = await train(data, options(backend));
    const random = xoroshiro128plus(3);
    // after the first step of an epoch, before its last, after it, and somewhere
    const stops = [1, 8, 11, uniformInt(random, 2, 8)];
    let result: Awaited<ReturnType<typeof train>> | undefined;
    for (let part = 0; part <= stops.length; part++) {
      const controller = new AbortController();
      let steps = 0;
      const onBatch = () => {
        if (++steps === stops[part]) controller.abort();
      };
      const { signal } = controller;
      const checkpoint = { file, resume: true };
      result = await train(data, { ...options(backend), checkpoint, signal }, { onBatch });
      expect(result.end).toBe(part < stops.length ? "interrupted" : "finished");
    }
    expect(await digest(result!.model)).toBe(await digest(whole.model));
    expect(withoutTimes(result!.history)).toEqual(withoutTimes(whole.history));
    expect(result!.restoredEpoch).toBe(whole.restoredEpoch);
    // there is nothing left to do, and it is the same once more
    const checkpoint = { file, resume: true };
    const again = await train(data, { ...options(backend), checkpoint });
    expect(await digest(again.model)).toBe(await digest(whole.model));
  });

  test("checkpoints change nothing", async () => {
    const without = await train(data, options(backend));
    const checkpoint = { file, everySteps: 2 };
    const written: string[] = [];
    const onCheckpoint = (name: string) => void written.push(name);
    const result = await train(data, { ...options(backend), checkpoint }, { onCheckpoint });
    // at once, after every second step, and every epoch of ten
    expect(written).toEqual(Array.from({ length: 1 + 4 * 5 }, () => file));
    expect(await digest(result.model)).toBe(await digest(without.model));
  });
});

interface Outcome {
  readonly digest: string;
  readonly records: unknown;
}

describe("other optimizers of TensorFlow.js", () => {
  beforeEach(async () => void (await selectBackend("cpu")));

  const withOptimizer = (optimizer: tf.Optimizer): TrainOptions => {
    const { learningRate: _, model, ...others } = options("cpu");
    model!.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
    return { ...others, model: model!, epochs: 2 };
  };

  test.each([
    ["plain descent", () => tf.train.sgd(0.1)],
    ["momentum", () => tf.train.momentum(0.05, 0.9)],
    ["RMSProp", () => tf.train.rmsprop(0.005, 0.9, 0.5)],
    ["Adagrad", () => tf.train.adagrad(0.05)],
  ])("%s goes on as if it had not been stopped", async (_name, optimizer) => {
    const whole = await train(data, withOptimizer(optimizer()));
    const controller = new AbortController();
    let steps = 0;
    const onBatch = () => void (++steps === 7 && controller.abort());
    const { signal } = controller;
    await train(data, { ...withOptimizer(optimizer()), checkpoint: { file }, signal }, { onBatch });
    const checkpoint = { file, resume: true };
    const { model } = await train(data, { ...withOptimizer(optimizer()), checkpoint });
    expect(await digest(model)).toBe(await digest(whole.model));
  });

  test("one whose state cannot be had is refused by name", async () => {
    const all = { ...withOptimizer(tf.train.adamax(0.01)), checkpoint: { file } };
    await expect(train(data, all)).rejects.toMatchObject({
      code: "unsupported-optimizer",
      message: expect.stringContaining("Adamax") as string,
    });
  });
});

/** Runs killed-training.ts. Undefined if it was killed. */
async function run(
  backend: string,
  everySteps: number,
  killAt: number,
  delay: number,
): Promise<Outcome | undefined> {
  const script = join(import.meta.dirname, "killed-training.ts");
  const args = [file, backend, everySteps, killAt, delay].map(String);
  const node = ["--conditions=@smidgen/source", "--import=tsx", script, ...args];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, node);
    return JSON.parse(stdout) as Outcome;
  } catch (error) {
    if ((error as { signal?: string }).signal !== "SIGKILL") throw error;
    return undefined;
  }
}

test("killed at 20 random moments and resumed, it ends as if it had not been", async () => {
  await selectBackend("smidgen-wasm");
  const { model, history } = await train(data, options("smidgen-wasm"));
  const expected = { digest: await digest(model), records: withoutTimes(history) };
  const random = xoroshiro128plus(20);
  const outcomes: unknown[] = [];
  let kills = 0;
  let runs = 0;
  while (kills < 20) {
    // a new training as soon as one is through
    await rm(file, { force: true });
    let outcome: Outcome | undefined;
    while (outcome === undefined) {
      runs++;
      const everySteps = uniformInt(random, 1, 4);
      const killAt = kills < 20 ? uniformInt(random, 1, 14) : 0;
      // every other time between two steps, else some time later: reading the state, writing, renaming …
      const delay = uniformInt(random, 0, 1) === 0 ? 0 : uniformInt(random, 1, 4000);
      outcome = await run("smidgen-wasm", everySteps, killAt, delay);
      if (outcome !== undefined) break;
      kills++;
      // whatever is there is whole
      const bytes = await readFile(file).catch(() => undefined);
      if (bytes !== undefined) decodeCheckpoint(bytes, file);
    }
    outcomes.push({ digest: outcome.digest, records: outcome.records });
  }
  expect(outcomes).toEqual(outcomes.map(() => expected));
  expect(runs).toBeGreaterThan(20);
  // killed processes leave at most one file behind, and the last run cleared that
  expect(await readdir(folder)).toEqual(["training.safetensors"]);
});

describe("going on", () => {
  beforeEach(async () => void (await selectBackend("smidgen-wasm")));

  async function interrupted(after: number, more: TrainOptions = {}): Promise<void> {
    const controller = new AbortController();
    let steps = 0;
    const onBatch = () => void (++steps === after && controller.abort());
    const { signal } = controller;
    const checkpoint = { file };
    const all = { ...options("smidgen-wasm"), ...more, checkpoint, signal };
    expect((await train(data, all, { onBatch })).end).toBe("interrupted");
  }

  const resume = (more: TrainOptions = {}, examples: Parameters<typeof train>[0] = data) =>
    train(examples, {
      ...options("smidgen-wasm"),
      ...more,
      checkpoint: { file, resume: true },
    });

  test("is not begun unless asked for", async () => {
    await interrupted(5);
    const starts: unknown[] = [];
    const onStart = ({ resumedAt }: { resumedAt?: unknown }) => void starts.push(resumedAt);
    const all = options("smidgen-wasm");
    await train(
      data,
      { ...all, epochs: 1, schedule: { kind: "constant" }, checkpoint: { file } },
      { onStart },
    );
    expect(starts).toEqual([undefined]);
  });

  test("is told where it goes on", async () => {
    await interrupted(12);
    const starts: unknown[] = [];
    await train(
      data,
      { ...options("smidgen-wasm"), checkpoint: { file, resume: true } },
      { onStart: (start) => void starts.push(start) },
    );
    expect(starts).toMatchObject([
      { resumedAt: { epoch: 2, step: 3 }, examples: 95, validationExamples: 30, steps: 10 },
    ]);
  });

  test("with other options, data or networks is refused, with all that differs", async () => {
    await interrupted(5);
    await expect(resume({ learningRate: 0.5, batchSize: 9, mixup: 0 })).rejects.toMatchObject({
      code: "checkpoint-mismatch",
      message: expect.stringMatching(
        /optimizer was .*learningRate.*batchSize was 10 and is 9; mixup was 0.3 and is 0/,
      ) as string,
    });
    const labels = data.train.labels.with(0, (data.train.labels[0]! + 1) % 10);
    const changed = { ...data, train: { ...data.train, labels } };
    await expect(resume({}, changed)).rejects.toMatchObject({
      code: "checkpoint-mismatch",
      message: expect.stringMatching(/data was/) as string,
    });
    const { model: _, ...others } = options("smidgen-wasm");
    await expect(
      train(data, { ...others, architecture: "mlp", checkpoint: { file, resume: true } }),
    ).rejects.toMatchObject({
      code: "checkpoint-mismatch",
      message: expect.stringMatching(/layers was "Conv2D .*weights was/) as string,
    });
  });

  test("from a file that is cut or changed is refused", async () => {
    await interrupted(5);
    const bytes = await readFile(file);
    for (let end = 0; end < bytes.length; end += 997) {
      await writeFile(file, bytes.subarray(0, end));
      await expect(resume()).rejects.toMatchObject({ code: "corrupt-checkpoint" });
    }
    const random = xoroshiro128plus(1);
    for (let i = 0; i < 60; i++) {
      const at = uniformInt(random, bytes.length / 2, bytes.length - 1);
      await writeFile(file, bytes.with(at, bytes[at]! ^ 4));
      await expect(resume()).rejects.toMatchObject({ code: "corrupt-checkpoint" });
    }
    await writeFile(file, "no checkpoint at all");
    await expect(resume()).rejects.toMatchObject({
      code: "corrupt-checkpoint",
      message: expect.stringContaining(file) as string,
    });
  });

  test("an unfinished file of a killed process is no hindrance", async () => {
    await interrupted(5);
    const unfinished = join(folder, ".training.safetensors.unfinished");
    await writeFile(unfinished, await readFile(file));
    await truncate(unfinished, 1000);
    await resume();
    expect(await readdir(folder)).toEqual(["training.safetensors"]);
  });

  test("a place where nothing can be written ends the training before it begins", async () => {
    let steps = 0;
    const onBatch = () => void steps++;
    await writeFile(join(folder, "taken"), "");
    await expect(
      train(
        data,
        { ...options("smidgen-wasm"), checkpoint: { file: join(folder, "taken", "x") } },
        { onBatch },
      ),
    ).rejects.toMatchObject({ code: "write-failed" });
    expect(steps).toBe(0);
  });
});

describe("safetensors", () => {
  const arrays = [
    { name: "b", shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, -6e-20) },
    { name: "a/ö", shape: [], values: Float32Array.of(7) },
    { name: "none", shape: [0, 4], values: new Float32Array(0) },
  ];

  test("come back as they were, in order", () => {
    const bytes = encodeSafetensors({ metadata: { about: "ü" }, arrays });
    // misaligned, as a part of something else
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const decoded = decodeSafetensors(shifted.subarray(1));
    expect(decoded).toEqual({ metadata: { about: "ü" }, arrays });
    expect((8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))) % 8).toBe(0);
  });

  // written by hand after the description of the format
  test("are what the format says", () => {
    const header = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const bytes = Buffer.concat([
      Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(header),
      Buffer.from([0, 0, 0x80, 0x3f]),
    ]);
    expect(decodeSafetensors(bytes).arrays).toEqual([
      { name: "x", shape: [1], values: Float32Array.of(1) },
    ]);
  });

  test.each([
    ["nothing", "", /has 0 bytes/],
    ["a header longer than the file", "\xff\xff\xff\xff\xff\xff\xff\xff{}", /announces a header/],
    ["a header that is no object", "\x02\0\0\0\0\0\0\0[]", /no JSON object/],
    ["a tensor without place", '\x08\0\0\0\0\0\0\0{"x":{}}', /describes tensor "x"/],
    [
      "bytes that are no tensor's",
      "\x02\0\0\0\0\0\0\0{}abcd",
      /has 4 bytes of tensors, and announces 0/,
    ],
  ])("refuse %s", (_name, text, message) => {
    expect(() => decodeSafetensors(Buffer.from(text, "latin1"))).toThrow(message);
  });

  test("refuse tensors that overlap, leave gaps or end outside", () => {
    const file4 = (offsets: readonly number[][]) => {
      const header = JSON.stringify(
        Object.fromEntries(
          offsets.map((each, i) => [i, { dtype: "F32", shape: [1], data_offsets: each }]),
        ),
      );
      const bytes = Buffer.alloc(8 + header.length + 8);
      bytes.writeBigUInt64LE(BigInt(header.length));
      bytes.write(header, 8);
      return bytes;
    };
    expect(
      decodeSafetensors(
        file4([
          [0, 4],
          [4, 8],
        ]),
      ).arrays,
    ).toHaveLength(2);
    for (const offsets of [
      [
        [0, 4],
        [0, 4],
      ],
      [[4, 8]],
      [
        [0, 4],
        [8, 12],
      ],
      [[0, 4]],
    ]) {
      expect(() => decodeSafetensors(file4(offsets))).toThrow(/places tensor|announces/);
    }
  });
});
