import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { generateDigits, take, writeIdx } from "@smidgen/datasets";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Moment, progressLine, progressPrinter } from "../src/train/progress.ts";

let folder: string;
let data: string;
let output: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-train-"));
  data = path.join(folder, "digits");
  await writeDigits(data);
});

beforeEach(async () => {
  output = await mkdtemp(path.join(folder, "model-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** 1,000 drawn digits to train, 100 to test, in the form of MNIST. */
async function writeDigits(directory: string): Promise<void> {
  const { mkdir } = await import("node:fs/promises");
  await mkdir(directory);
  const digits = generateDigits({ seed: 1 });
  for (const [name, part, count] of [
    ["train", digits.train, 1000],
    ["t10k", digits.test, 100],
  ] as const) {
    const { images, labels } = take(part, 0, count);
    const file = (kind: string) => path.join(directory, `${name}-${kind}-ubyte`);
    await writeFile(
      file("images-idx3"),
      writeIdx({ type: "uint8", shape: [count, 28, 28], data: images }),
    );
    await writeFile(file("labels-idx1"), writeIdx({ type: "uint8", shape: [count], data: labels }));
  }
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = path.resolve(import.meta.dirname, "../src/main.ts");

/** @param interruptAt a line of stdout upon which it gets a SIGINT */
function smidgenTrain(args: readonly string[], interruptAt?: RegExp): Promise<Outcome> {
  const node = ["--conditions=@smidgen/source", "--import=tsx", main, "train", ...args];
  const child = spawn(process.execPath, node, {
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  let [stdout, stderr] = ["", ""];
  let isInterrupted = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (!isInterrupted && interruptAt?.test(stdout) === true) {
      isInterrupted = true;
      child.kill("SIGINT");
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const events = ({ stdout }: Outcome) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

const some = () => ["-d", data, "-o", output, "--seed", "3"];

describe("smidgen train", () => {
  test("trains on a folder, tells epochs as plain lines, and writes model and result", async () => {
    const args = [...some(), "-a", "mlp", "--epochs", "3", "--learning-rate", "0.01"];
    const { code, stdout, stderr } = await smidgenTrain(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^Backend: .*\nNetwork: mlp, dense 28 → dense\nData: .*digits; 1,000 images to train, 100 to test\n/,
    );
    expect(stdout).toMatch(/22,270 parameters, 1,000 examples to learn from/);
    expect(stdout.match(/^Epoch [123]\/3 {2}32\/32 .* loss: \d/gm)).toHaveLength(3);
    expect(stdout).toMatch(/Test loss: .*, test accuracy: 0\.[5-9]/);
    // neither bars nor escapes where there is no terminal
    for (const mark of ["\u{1b}", "\r", "━"]) expect(stdout).not.toContain(mark);
    expect((await readdir(output)).toSorted()).toEqual([
      "model.json",
      "training.json",
      "weights.bin",
    ]);
    const result = JSON.parse(await readFile(path.join(output, "training.json"), "utf8")) as {
      settings: unknown;
      history: readonly unknown[];
    };
    expect(result.settings).toMatchObject({ dataset: data, architecture: "mlp", epochs: 3 });
    expect(result.history).toHaveLength(3);
  });

  test("stopped by Ctrl-C, it says how to go on, and ends as if it had not been", async () => {
    const config = path.join(output, "..", "config.json");
    const settings = {
      dataset: data,
      architecture: "cnn",
      epochs: 6,
      batchSize: 8,
      schedule: { kind: "cosine", warmUpEpochs: 0.5 },
      augmentation: { shift: 2, rotate: 10 },
      validationSplit: 0.1,
      earlyStopping: {},
    };
    await writeFile(config, JSON.stringify(settings));
    const whole = path.join(folder, "whole");
    expect((await smidgenTrain(["-c", config, "-o", whole, "--json"])).code).toBe(0);

    const stopped = await smidgenTrain(["-c", config, "-o", output], /Epoch 1\/6/);
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain(`smidgen train --resume -o ${output}`);
    expect((await readdir(output)).toSorted()).toEqual(["checkpoint.safetensors", "settings.json"]);
    // what is there is not overwritten by mistake
    const again = await smidgenTrain(["-c", config, "-o", output]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/holds the checkpoint of a training.*\n.*--resume/);

    const resumed = await smidgenTrain(["--resume", "-o", output, "--json"]);
    expect(resumed).toMatchObject({ code: 0, stderr: "" });
    expect(events(resumed).find(({ event }) => event === "start")).toMatchObject({
      resumedAt: { step: expect.any(Number) as number },
    });
    const bytes = (directory: string) => readFile(path.join(directory, "weights.bin"));
    expect((await bytes(output)).equals(await bytes(whole))).toBe(true);
  });

  test("tells events as JSON lines", async () => {
    const all = events(await smidgenTrain([...some(), "-a", "mlp", "--epochs", "2", "--json"]));
    const names = all.map(({ event }) => event).filter((name) => name !== "progress");
    expect(names).toEqual([
      "dataset",
      "checkpoint",
      "start",
      "checkpoint",
      "epoch",
      "checkpoint",
      "epoch",
      "end",
    ]);
    expect(all.at(-1)).toMatchObject({
      end: "finished",
      output,
      test: { accuracy: expect.any(Number) as number },
    });
    expect(all.find(({ event }) => event === "progress")).toMatchObject({
      epoch: 1,
      epochs: 2,
      steps: 32,
    });
  });

  test("says what may be wrong when the loss leaves all bounds, and leaves nothing in the way", async () => {
    const { code, stderr } = await smidgenTrain([
      ...some(),
      "-a",
      "mlp",
      "--learning-rate",
      "1e30",
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^smidgen: the loss became .* in epoch 1, step \d+\n {2}The learning rate was 1e\+30/,
    );
    expect(await readdir(output)).toEqual([]);
  });

  test.each<[what: string, args: (file: string) => readonly string[], message: RegExp]>([
    ["a setting there is not", (file) => ["-c", file], /config\.json: architecture: .*"epoch"/],
    ["an architecture there is not", () => ["-a", "vgg"], /architecture: .*cnn.*resnet-8/],
    [
      "settings out of range, all at once",
      () => ["--epochs", "0", "--batch-size", "1.5"],
      /epochs is 0.*batchSize is 1\.5/,
    ],
    ["a folder without data", () => ["-d", output], /was not found:[^]*model-/],
    [
      "a dataset there is not",
      () => ["-d", "nowhere"],
      /nowhere is neither a dataset \(mnist, fashion-mnist, digits\) nor a folder.*\n.*train-images-idx3/,
    ],
    ["a file as a folder", (file) => ["-d", file], /bad-config\.json is a file, not a folder/],
    ["nothing to resume", () => ["--resume"], /holds no checkpoint/],
  ])("refuses %s", async (_what, args, message) => {
    const file = path.join(folder, "bad-config.json");
    await writeFile(file, JSON.stringify({ epoch: 3, architecture: 7 }));
    const { code, stdout, stderr } = await smidgenTrain([...some(), ...args(file)]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
    expect(await readdir(output)).toEqual([]);
    expect(stdout).not.toMatch(/Epoch/);
  });
});

describe("the live line", () => {
  const moment: Moment = {
    epoch: 2,
    epochs: 5,
    step: 469,
    steps: 1875,
    learningRate: 1e-3,
    loss: 0.09312,
    accuracy: 0.97123,
    batchSize: 32,
    examples: 60_000,
    elapsedMs: 4688,
    stepsDone: 2344,
  };

  test("says how far it is, how well it does, how fast, and how long it takes", () => {
    expect(progressLine(moment, 140)).toBe(
      `Epoch 2/5 ${"━".repeat(7)}${"─".repeat(23)}  469/1875  loss 0.0931  accuracy 0.9712  16,000 examples/s  ETA 0:03, of all 0:14`,
    );
  });

  test("fits any width, and leaves out what matters least", () => {
    for (let columns = 0; columns < 200; columns++) {
      expect(progressLine(moment, columns).length).toBeLessThanOrEqual(columns);
    }
    expect(progressLine(moment, 60)).toMatch(
      /^Epoch 2\/5 ━+─+ {2}469\/1875 {2}loss 0.0931 {2}accuracy 0.9712$/,
    );
    expect(progressLine(moment, 20)).toBe("Epoch 2/5  469/1875");
  });

  test("tells hours", () => {
    const slow = { ...moment, elapsedMs: 2_344_000 };
    expect(progressLine(slow, 140)).toMatch(/ETA 23:26, of all 1:57:11$/);
  });

  test("is drawn over itself on a terminal, at most ten times a second, and gone at the end", () => {
    let [text, time] = ["", 0];
    const screen = { isTTY: true, columns: 60, write: (more: string) => void (text += more) };
    const printer = progressPrinter(screen, false, () => time);
    for (; time <= 250; time += 10) printer.moment(moment);
    expect(text.split("\r\u{1b}[2KEpoch")).toHaveLength(1 + 3);
    printer.say("something");
    expect(text.endsWith("\r\u{1b}[2Ksomething\n")).toBe(true);
    time = 500;
    printer.moment({ ...moment, step: 470 });
    printer.end();
    expect(text.endsWith("\r\u{1b}[2K")).toBe(true);
  });
});
