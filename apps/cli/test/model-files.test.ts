import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelFormat } from "../src/model-files/model-format.ts";
import { readFloatModel } from "../src/model-files/read-float-model.ts";
import { smidgen } from "./run-command.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-models-"));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (text: string) => Buffer.from(text, "latin1");

/** ir_version 8, producer_name "pytorch", a graph of 200 bytes, opset_import; as protoc encodes a ModelProto. */
const onnx = Buffer.concat([
  bytes("\u0008\u0008\u0012\u0007pytorch\u003a\u00c8\u0001"),
  Buffer.alloc(200, 7),
  bytes("\u0042\u0002\u0010\u0011"),
]);

const accepted = /\n {2}Models are \.tflite files, \.keras and \.h5 files of Keras, and folders/;

describe("a model of another kind", () => {
  test("is named, with what to do, and nothing is written", async () => {
    const file = path.join(folder, "model.bin");
    await writeFile(file, onnx);
    const before = await readdir(folder);
    const outcome = await smidgen("quantize", file, "-o", path.join(folder, "int8.tflite"));
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/^smidgen: .*model\.bin is an ONNX model\n {2}.*onnx2tf -i/);
    expect(outcome.stderr).toMatch(accepted);
    expect(await readdir(folder)).toEqual(before);

    const inspected = await smidgen("inspect", file);
    expect(inspected.stderr).toMatch(
      /^smidgen: model\.bin is an ONNX model; a \.tflite file is needed\n.*onnx2tf/,
    );
  });

  test.each<[name: string, content: Uint8Array, what: RegExp]>([
    ["cut.onnx", onnx.subarray(0, 40), /is an ONNX model/],
    ["net.pt", bytes("\u0080\u0002\u008a"), /is a PyTorch model/],
    ["archive.bin", bytes("PK\u0003\u0004……archive/data.pkl"), /is a PyTorch model/],
    ["samples.npy", bytes("\u0093NUMPY\u0001\u0000"), /is an array of NumPy, not a model/],
    ["frozen.pb", bytes("\n\u0005nodes"), /is a graph of TensorFlow/],
    ["w.safetensors", bytes("\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0000{}"), /of weights/],
    ["lfs.tflite", bytes("version https://git-lfs.github.com/spec/v1\n"), /pointer of Git LFS/],
    ["notes.txt", bytes("hello"), /is none of the models that can be read/],
    ["empty.tflite", bytes(""), /is empty/],
  ])("%s is refused", async (name, content, what) => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    const refused = readFloatModel(file);
    await expect(refused).rejects.toMatchObject({ name: "UserError", code: "unknown-model" });
    await expect(refused).rejects.toThrow(what);
  });

  test("is told from a folder, and from nothing", async () => {
    const saved = path.join(folder, "saved");
    await mkdir(saved);
    await expect(readFloatModel(saved)).rejects.toThrow(/without the model\.json/);
    await writeFile(path.join(saved, "saved_model.pb"), "");
    await expect(readFloatModel(saved)).rejects.toThrow(/is a SavedModel of TensorFlow/);
    await expect(readFloatModel(path.join(folder, "none.onnx"))).rejects.toThrow(
      /none\.onnx cannot be read: there is no such file/,
    );
  });
});

test("a .tflite file is known by what is in it", async () => {
  const golden = "../../../packages/runtime/test/golden/s_mlp_784_28_10/model.tflite";
  const content = await readFile(path.join(import.meta.dirname, golden));
  const renamed = path.join(folder, "model.lite");
  await writeFile(renamed, content);
  expect((await readFloatModel(renamed)).bytes).toBe(content.length);
  expect(modelFormat(content, "model.onnx")?.kind).toBe("tflite");
});

test("a Keras model is sent to where a .tflite file is made of it", async () => {
  const file = path.join(folder, "net.keras");
  await writeFile(file, bytes("PK\u0003\u0004……metadata.json"));
  const { code, stderr } = await smidgen("run", file);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /net\.keras is a Keras model; .*\n.*smidgen quantize .*net\.keras --scheme float32/,
  );
});
