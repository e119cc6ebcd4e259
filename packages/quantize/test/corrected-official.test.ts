import { describe, expect, test } from "vitest";
import {
  compareScores,
  correctBias,
  fixQuantization,
  quantizeByRecipe,
  type Recipe,
} from "@smidgen/quantize";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { floats } from "./floats.ts";
import { deadLayers, everyOperator, studyNetwork } from "./networks.ts";
import { samplesOf } from "./samples.ts";

const all = { equalise: "activations", roundAdaptively: "all", correctBias: true } as const;
const int8: Recipe = { scheme: { default: "int8" }, ...all };
const int4: Recipe = { scheme: { default: "int4", denseWeights: "per-channel" }, ...all };
const mixed: Recipe = {
  scheme: { default: "int8", operators: { "fully-connected": "int4" } },
  ...all,
};

// The TensorFlow Lite from npm is from before weights of 4 bits.
test.each([
  ["TensorFlow Lite", "int8", loadTfliteRuntime, int8],
  ["LiteRT", "int8", loadLiteRt, int8],
  ["LiteRT", "int4", loadLiteRt, int4],
  ["LiteRT", "int4 and int8", loadLiteRt, mixed],
] as const)("%s computes what ours computes with corrections, %s", async (_, __, load, recipe) => {
  const float = studyNetwork();
  const { quantized } = quantizeByRecipe(float, recipe, { samples: samplesOf(float, 1, 12) });
  const interpreter = createInterpreter(quantized, { rounding: "single" });
  const official = await load(writeTflite(quantized));
  for (let run = 0; run < 4; run++) {
    for (const { data } of interpreter.inputs) {
      for (const [i, value] of floats(run + 1)(data.length, 127).entries()) data[i] = value;
    }
    const expected = official.run(interpreter.inputs.map(({ data }) => data));
    interpreter.run();
    expect(interpreter.outputs.map(({ data }) => bytesOf(data))).toEqual(expected);
  }
});

describe.each([
  ["every operator", everyOperator()],
  ["dead layers", deadLayers()],
] as const)("%s", (_, float) => {
  const samples = samplesOf(float, 1, 20);

  test("corrections do no harm", () => {
    const noise = (recipe: Recipe) => {
      const { quantized } = quantizeByRecipe(float, recipe, { samples });
      return compareScores(float, quantized, samples).noiseToSignal;
    };
    const scheme = { default: "int8", convWeights: "per-tensor" } as const;
    expect(noise({ scheme, ...all })).toBeLessThanOrEqual(1.25 * noise({ scheme }));
  });

  test("fixing ends, and never with more noise than it began with", () => {
    const { before, after, steps } = fixQuantization(float, { samples, mostSteps: 4 });
    expect(steps.length).toBeLessThanOrEqual(4);
    expect(after.scores.sqnrDb).toBeGreaterThanOrEqual(before.scores.sqnrDb);
  });
});

test("a bias that is corrected twice does not move the second time", () => {
  const float = studyNetwork();
  const samples = samplesOf(float, 1, 20);
  const { quantized } = quantizeByRecipe(float, { scheme: { default: "int8" } }, { samples });
  const once = correctBias(quantized, float, samples);
  const twice = correctBias(once, float, samples);
  for (const [i, { name, data }] of once.tensors.entries()) {
    if (!name.endsWith("/bias")) continue;
    const moved = Array.from(data as Int32Array, (value, j) =>
      Math.abs(value - Number(twice.tensors[i]?.data?.[j])),
    );
    // A step of the bias is far less than one of the output.
    expect(Math.max(...moved)).toBeLessThanOrEqual(2);
  }
});
