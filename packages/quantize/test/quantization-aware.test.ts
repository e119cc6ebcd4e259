import { expect, test } from "vitest";
import { convertLayersModel } from "@smidgen/convert";
import { type TensorId, tensorOf } from "@smidgen/graph";
import { calibrate, quantizeGraph, type Scheme } from "@smidgen/quantize";
import { buildModel, selectBackend, train, trainQuantizationAware } from "@smidgen/training";
import { accuracy, digits, digitSamples } from "./digits.ts";

test("fine-tuning with 4-bit weights wins back what they lose, and is stored as it was trained", async () => {
  await selectBackend("smidgen-wasm");
  const options = { inputShape: digits.train.shape, classes: 10, seed: 1 };
  const model = await buildModel("mlp", options);
  const data = { train: digits.train, classes: digits.classes };
  await train(data, { model, epochs: 4, seed: 1 });
  const float = convertLayersModel(model);
  const scheme = { default: "int4" } as const satisfies Scheme;
  const rounded = quantizeGraph(float, calibrate(float, digitSamples(100)), scheme);

  const { ranges, history } = await trainQuantizationAware(data, {
    model,
    scheme,
    epochs: 2,
    learningRate: 5e-4,
    seed: 1,
  });
  const trained = convertLayersModel(model);
  const quantized = quantizeGraph(trained, ranges, scheme);
  expect(accuracy(quantized)).toBeGreaterThan(accuracy(rounded) + 1);
  expect(accuracy(quantized)).toBeGreaterThanOrEqual(accuracy(float) - 0.5);
  // The network that was trained is the one that is stored: about as good on what it was trained on.
  expect(100 * (history.at(-1)?.accuracy ?? 0)).toBeGreaterThan(accuracy(quantized) - 3);

  const perTensor = quantized.tensors.flatMap(({ name, quantization, data: integers }, id) =>
    quantization?.kind === "per-tensor" ? [{ id, name, quantization, integers }] : [],
  );
  // Every weight is the float that training rounded to.
  const wrong = perTensor
    .filter(({ name }) => name.endsWith("/filter"))
    .flatMap(({ id, quantization: { scale }, integers }) =>
      [...(tensorOf(trained, id as TensorId).data as Float32Array)].filter(
        (value, i) => Math.abs(value - Number(integers?.[i]) * scale) > 1e-6 * scale * 7,
      ),
    );
  expect(wrong).toEqual([]);
  const stored = perTensor.flatMap(({ name, quantization: { scale, zeroPoint } }) =>
    Object.hasOwn(ranges.tensors, name) ? [[name, { scale, zeroPoint }]] : [],
  );
  expect(stored).toHaveLength(3);
  expect(ranges.tensors).toMatchObject(Object.fromEntries(stored));
  expect(Object.keys(ranges.tensors)).toEqual(["flatten_input", "dense", "dense_1/linear"]);
  expect(quantized.inputs.map((id) => tensorOf(quantized, id).name)).toEqual(["flatten_input"]);
});
