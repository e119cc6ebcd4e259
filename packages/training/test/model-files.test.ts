import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { layers, loadLayersModel, sequential } from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { UserError } from "@smidgen/errors";
import {
  buildModel,
  loadModel,
  saveModel,
  selectBackend,
  train,
  type LayersModel,
} from "@smidgen/training";
import { syntheticExamples } from "./synthetic-examples.ts";

vi.setConfig({ testTimeout: 300_000 });

const data = { train: syntheticExamples(60) };
const mnist = { inputShape: [28, 28, 1], classes: 10, seed: 1 };
const small = { inputShape: [8, 8, 1], classes: 10, seed: 1 };

let directory: string;

beforeAll(async () => void (await selectBackend("wasm")));
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "smidgen-model-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("what is saved", () => {
  test("comes back the same", async () => {
    const { model } = await train(data, { epochs: 1 });
    await saveModel(model, directory);
    const loaded = await loadModel(directory);
    expect(values(loaded)).toEqual(values(model));
    expect(predict(loaded)).toEqual(predict(model));
    expect(loaded.optimizer).toBeUndefined();
    expect(readdirSync(directory).toSorted()).toEqual(["model.json", "weights.bin"]);
  });

  test("is as large as its weights, or three times that with Adam and its step counter", async () => {
    const bytes = () => statSync(join(directory, "weights.bin")).size;
    const model = await buildModel("cnn", mnist);
    await saveModel(model, directory);
    expect(bytes()).toBe(21_898 * 4);
    const examples = syntheticExamples(10, { size: 28 });
    await train({ train: examples }, { model, epochs: 1 });
    await saveModel(model, directory, { includeOptimizer: true });
    expect(bytes()).toBe(3 * 21_898 * 4 + 4);
  });

  test("is the same bytes, whatever else was built before", async () => {
    const save = async () => {
      const { model } = await train(data, { epochs: 1 });
      await saveModel(model, directory, { includeOptimizer: true });
      return ["model.json", "weights.bin"].map((file) => readFileSync(join(directory, file)));
    };
    expect(await save()).toEqual(await save());
    const specs = manifest().weights.map(({ name, group }) => [name, group]);
    expect(specs).toContainEqual(["conv2d/kernel", undefined]);
    expect(specs).toContainEqual(["iter", "optimizer"]);
    expect(specs).toContainEqual(["conv2d/kernel/m", "optimizer"]);
    expect(specs).toContainEqual(["dense_1/bias/v", "optimizer"]);
  });

  test("holds the moving averages of batch normalization", async () => {
    const model = sequential({
      layers: [
        layers.flatten({ inputShape: [8, 8, 1] }),
        layers.batchNormalization(),
        layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    await train(data, { model, epochs: 1 });
    await saveModel(model, directory, { includeOptimizer: true });
    const loaded = await loadModel(directory);
    expect(values(loaded)).toEqual(values(model));
    // training goes on past weights that are not trained
    await train(data, { model: loaded, epochs: 1 });
  });

  test("is read by TensorFlow.js alone, optimizer and all", async () => {
    const { model } = await train(data, { epochs: 2 });
    await saveModel(model, directory, { includeOptimizer: true });
    const json = JSON.parse(readFileSync(join(directory, "model.json"), "utf8")) as tf.io.ModelJSON;
    const weightData = new Uint8Array(readFileSync(join(directory, "weights.bin"))).buffer;
    const loaded = await loadLayersModel({
      load: () =>
        tf.io.getModelArtifactsForJSON(json, (groups) =>
          Promise.resolve([groups.flatMap(({ weights }) => weights), weightData]),
        ),
    });
    expect(values(loaded)).toEqual(values(model));
    const state = await loaded.optimizer.getWeights();
    const original = await model.optimizer.getWeights();
    expect(state.map(({ tensor }) => [...tensor.dataSync()])).toEqual(
      original.map(({ tensor }) => [...tensor.dataSync()]),
    );
    // 60 examples in batches of 32, twice
    expect(loaded.optimizer.iterations).toBe(4);
    const x = tf.ones([10, 8, 8, 1]);
    await loaded.fit(x, tf.zeros([10, 1]), { epochs: 1 });
    expect(loaded.optimizer.iterations).toBe(5);
  });

  test("trains on as if it had never been saved", async () => {
    const options = { epochs: 3, batchSize: 60, learningRate: 0.01 };
    const { model } = await train(data, options);
    await saveModel(model, directory, { includeOptimizer: true });
    const loaded = await loadModel(directory);
    const [on, again] = [
      await train(data, { model, epochs: 3, batchSize: 60 }),
      await train(data, { model: loaded, epochs: 3, batchSize: 60 }),
    ];
    // the powers of beta are multiplied in one case and raised in the other
    for (const [index, { loss }] of on.history.entries()) {
      expect(again.history[index]!.loss).toBeCloseTo(loss, 5);
    }
    // and without its optimizer it would not
    await saveModel(model, directory);
    const fresh = await train(data, { ...options, model: await loadModel(directory), epochs: 1 });
    expect(fresh.model.optimizer.iterations).toBe(1);
  });

  test("leaves no tensor behind", async () => {
    const { model } = await train(data, { epochs: 1 });
    const before = tf.memory().numTensors;
    await saveModel(model, directory, { includeOptimizer: true });
    expect(tf.memory().numTensors).toBe(before);
  });

  test("with an optimizer that there is not is refused, and nothing written", async () => {
    const model = await buildModel("cnn", small);
    await expect(saveModel(model, directory, { includeOptimizer: true })).rejects.toMatchObject({
      code: "no-optimizer",
    });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("saving", () => {
  test("makes the directories there are not", async () => {
    const deep = join(directory, "a", "b");
    await saveModel(await buildModel("cnn", small), deep);
    expect(existsSync(join(deep, "model.json"))).toBe(true);
  });

  test("where a file is in the way is the user's to mend", async () => {
    writeFileSync(join(directory, "file"), "");
    const model = await buildModel("cnn", small);
    await expect(saveModel(model, join(directory, "file"))).rejects.toMatchObject({
      code: "write-failed",
    });
  });

  test("that fails half way leaves nothing half-written", async () => {
    // nothing can be renamed to a directory that is not empty
    mkdirSync(join(directory, "model.json", "full"), { recursive: true });
    const model = await buildModel("cnn", small);
    await expect(saveModel(model, directory)).rejects.toMatchObject({ code: "write-failed" });
    expect(readdirSync(directory).toSorted()).toEqual(["model.json", "weights.bin"]);
  });

  test("that stops between the two files is noticed", async () => {
    await saveModel(await buildModel("cnn", small), directory);
    const old = readFileSync(join(directory, "model.json"));
    await saveModel(await buildModel("cnn", { ...small, seed: 2 }), directory);
    writeFileSync(join(directory, "model.json"), old);
    await expect(loadModel(directory)).rejects.toMatchObject({ code: "corrupt-file" });
  });
});

describe("a damaged model is named, with its figures:", () => {
  beforeEach(async () => {
    const { model } = await train(data, { epochs: 1 });
    await saveModel(model, directory, { includeOptimizer: true });
  });

  test.each(["model.json", "weights.bin"])("no %s", async (file) => {
    rmSync(join(directory, file));
    expect(await failure()).toMatchObject(problem("missing-file", [join(directory, file)]));
  });

  test("no directory", async () => {
    rmSync(directory, { recursive: true });
    expect(await failure()).toMatchObject(problem("missing-file", ["model.json does not exist"]));
  });

  test("a directory where a file should be", async () => {
    rmSync(join(directory, "weights.bin"));
    mkdirSync(join(directory, "weights.bin"));
    expect(await failure()).toMatchObject(problem("read-failed", ["weights.bin"]));
  });

  test.each([
    ["short", (bytes: Buffer) => bytes.subarray(0, -5), -5],
    ["long", (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4)]), 4],
    ["empty", () => Buffer.alloc(0), undefined],
  ] as const)("weights too %s", async (_, damage, by) => {
    const file = join(directory, "weights.bin");
    const bytes = readFileSync(file);
    writeFileSync(file, damage(bytes));
    const found = by === undefined ? 0 : bytes.length + by;
    expect(await failure()).toMatchObject(
      problem("truncated-file", [
        file,
        `has ${found.toLocaleString("en-US")} bytes`,
        `announces ${bytes.length.toLocaleString("en-US")}`,
      ]),
    );
  });

  test("one bit of the weights turned", async () => {
    const file = join(directory, "weights.bin");
    const bytes = readFileSync(file);
    bytes[1000]! ^= 4;
    writeFileSync(file, bytes);
    expect(await failure()).toMatchObject(problem("corrupt-file", [file, "SHA-256"]));
  });

  test("model.json is not JSON", async () => {
    writeFileSync(join(directory, "model.json"), readJsonText().slice(0, 100));
    expect(await failure()).toMatchObject(problem("invalid-model", ["model.json is not JSON"]));
  });

  test.each<[string, (json: Json) => unknown, string[]]>([
    ["null", () => null, ["not a JSON object"]],
    ["an array", () => [], ["not a JSON object"]],
    ["a graph model", (json) => ({ ...json, format: "graph-model" }), ['"graph-model"']],
    ["no topology", (json) => ({ ...json, modelTopology: undefined }), ["modelTopology"]],
    ["no manifest", (json) => ({ ...json, weightsManifest: undefined }), ["weightsManifest"]],
    [
      "an empty group",
      (json) => ({ ...json, weightsManifest: [{}] }),
      ["weightsManifest[0] has no paths"],
    ],
    ["a file elsewhere", withGroup({ paths: ["../weights.bin"] }), ['"../weights.bin"']],
    ["an absolute file", withGroup({ paths: ["/etc/passwd"] }), ['"/etc/passwd"']],
    ["a drive", withGroup({ paths: ["C:weights.bin"] }), ['"C:weights.bin"']],
    ["an unknown dtype", withSpec({ dtype: "bfloat16" }), ['"conv2d/kernel"', '"bfloat16"']],
    ["a dtype inherited from Object", withSpec({ dtype: "toString" }), ['"toString"']],
    ["a negative shape", withSpec({ shape: [-1, 3] }), ["[-1,3]"]],
    ["a shape that is none", withSpec({ shape: "3" }), ['"3"']],
    ["a weight without a name", withSpec({ name: 7 }), ["weights[0] has no name"]],
    ["a name twice", withSpec({ name: "dense/bias" }), ["two weights", '"dense/bias"']],
    ["an unknown quantization", withSpec({ quantization: { dtype: "int4" } }), ['"int4"']],
  ])("%s", async (_, damage, messages) => {
    writeFileSync(join(directory, "model.json"), JSON.stringify(damage(readJson())));
    expect(await failure()).toMatchObject(problem("invalid-model", messages));
  });

  test("everything that is wrong, at once", async () => {
    const json = withSpec({ dtype: "float8", shape: [0.5] })(readJson());
    writeFileSync(join(directory, "model.json"), JSON.stringify({ ...json, format: "x" }));
    expect(await failure()).toMatchObject(problem("invalid-model", ['"x"', "[0.5]", '"float8"']));
  });

  test.each<[string, (json: Json) => unknown, string[]]>([
    [
      "a weight's shape changed",
      withSpec({ shape: [72] }),
      ["TensorFlow.js cannot build the model"],
    ],
    [
      "a weight's name changed",
      withSpec({ name: "other" }),
      ["TensorFlow.js cannot build the model"],
    ],
    [
      "a layer that there is not",
      (json) =>
        JSON.parse(JSON.stringify(json).replace('"MaxPooling2D"', '"MinPooling2D"')) as unknown,
      ["TensorFlow.js cannot build the model", "MinPooling2D"],
    ],
    [
      "optimizer state of another shape",
      (json) => ({ ...json, weightsManifest: swapMoments(json.weightsManifest) }),
      ["optimizer's state does not fit"],
    ],
  ])("%s", async (_, damage, messages) => {
    writeFileSync(join(directory, "model.json"), JSON.stringify(damage(readJson())));
    expect(await failure()).toMatchObject(problem("invalid-model", messages));
  });

  test("a shape larger than the file, before anything of that size is allocated", async () => {
    const json = withSpec({ shape: [2 ** 40] })(readJson());
    writeFileSync(join(directory, "model.json"), JSON.stringify(json));
    const expected = problem("truncated-file", ["weights.bin has", "announces 4,398,0"]);
    expect(await failure()).toMatchObject(expected);
  });

  test("any byte of model.json changed: it loads or says what is wrong", async () => {
    const text = readFileSync(join(directory, "model.json"));
    const change = fc.record({
      at: fc.nat(text.length - 1),
      byte: fc.constantFrom(...Buffer.from('"0-{[]},:x9.').values()),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, byte }) => {
        const damaged = Buffer.from(text);
        damaged[at] = byte;
        writeFileSync(join(directory, "model.json"), damaged);
        const result = await loadModel(directory).catch((cause: unknown) => cause);
        expect(result instanceof UserError || "predict" in (result as object)).toBe(true);
      }),
      { numRuns: 150, seed: 11 },
    );
  });
});

test("weights in several files, as other writers of the format split them", async () => {
  const model = await buildModel("mlp", small);
  await saveModel(model, directory);
  const bytes = readFileSync(join(directory, "weights.bin"));
  writeFileSync(join(directory, "group1-shard1of2.bin"), bytes.subarray(0, 1001));
  writeFileSync(join(directory, "group1-shard2of2.bin"), bytes.subarray(1001));
  const paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
  const json = withGroup({ paths, sha256: undefined })(readJson());
  writeFileSync(join(directory, "model.json"), JSON.stringify({ ...json, format: undefined }));
  expect(values(await loadModel(directory))).toEqual(values(model));
});

interface Json {
  readonly modelTopology: object;
  readonly weightsManifest: readonly Group[];
}

interface Group {
  readonly weights: readonly { readonly name: string; readonly group?: string }[];
}

function readJsonText(): string {
  return readFileSync(join(directory, "model.json"), "utf8");
}

function readJson(): Json {
  return JSON.parse(readJsonText()) as Json;
}

function manifest(): Group {
  return readJson().weightsManifest[0]!;
}

function withGroup(change: object): (json: Json) => Json {
  return (json) => ({
    ...json,
    weightsManifest: [{ ...json.weightsManifest[0]!, ...change }],
  });
}

/** With the first weight, the kernel of the convolution, changed. */
function withSpec(change: object): (json: Json) => Json {
  return (json) => {
    const [first, ...others] = json.weightsManifest[0]!.weights;
    return withGroup({ weights: [{ ...first!, ...change }, ...others] })(json);
  };
}

/** The same bytes, but the first moment of one weight where that of another belongs. */
function swapMoments([group]: readonly Group[]): Group[] {
  const weights = [...group!.weights];
  const first = weights.findIndex(({ name }) => name === "conv2d/kernel/m");
  const second = weights.findIndex(({ name }) => name === "dense/kernel/m");
  [weights[first], weights[second]] = [weights[second]!, weights[first]!];
  return [{ ...group, weights }];
}

function failure(): Promise<unknown> {
  return loadModel(directory).catch((cause: unknown) => cause);
}

/** A UserError with all of these in its message, in this order. */
function problem(code: string, parts: readonly string[]): object {
  const escaped = parts.map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
  const message = expect.stringMatching(new RegExp(escaped.join(".*"))) as string;
  return { name: "UserError", code, message };
}

function values(model: LayersModel): number[][] {
  return model.getWeights().map((weight) => [...weight.dataSync()]);
}

function predict(model: LayersModel): number[] {
  return [...(model.predict(tf.ones([2, 8, 8, 1])) as tf.Tensor).dataSync()];
}
