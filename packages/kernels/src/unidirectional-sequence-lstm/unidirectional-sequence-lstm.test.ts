import { expect, test } from "vitest";
import {
  type Activation,
  graphBuilder,
  type OpOf,
  opRules,
  perAxis,
  perTensor,
  type Quantization,
} from "@smidgen/graph";
import { findUnsupported } from "@smidgen/kernels";

const operandNames = opRules["unidirectional-sequence-lstm"].inputs;
const arrays = { float32: Float32Array, int8: Int8Array, int16: Int16Array, int32: Int32Array };
const extras = /^cellTo|^projection|Norm$/;

/** An LSTM of one unit over one number. */
function refusals({
  isInt8 = false,
  present = [],
  absent = [],
  quantization = {},
  activation = "tanh",
}: {
  readonly isInt8?: boolean;
  /** Extras that it has. */
  readonly present?: readonly string[];
  /** What it does without. */
  readonly absent?: readonly string[];
  /** Where it is another than usual; of the output, too. */
  readonly quantization?: Readonly<Record<string, Quantization>>;
  readonly activation?: Activation;
}): readonly string[] {
  const b = graphBuilder("lstm");
  const typeOf = (name: string): keyof typeof arrays => {
    if (!isInt8) return "float32";
    if (name.endsWith("Bias")) return "int32";
    return name === "cellState" ? "int16" : "int8";
  };
  const storage = (name: string) => {
    const usual = perTensor(name === "cellState" ? 2 ** -11 : 1 / 128, 0);
    return isInt8
      ? { type: typeOf(name), quantization: quantization[name] ?? usual }
      : { type: typeOf(name), quantization: undefined };
  };
  const operands = operandNames.map((name) => {
    if (absent.includes(name) || (extras.test(name) && !present.includes(name))) return undefined;
    if (name === "input") return b.input(name, { ...storage(name), shape: [1, 1, 1] });
    if (name.endsWith("State")) return b.variable(name, { ...storage(name), shape: [1, 1] });
    const shape = /^(cellTo|\w+Bias|\w+Norm)/.test(name) ? [1] : [1, 1];
    return b.constant(name, { ...storage(name), shape, data: new arrays[typeOf(name)](1) });
  });
  const output = b.op(
    "unidirectional-sequence-lstm",
    operands as unknown as OpOf<"unidirectional-sequence-lstm">["inputs"],
    {
      activation,
      cellClip: 0,
      projectionClip: 0,
      timeMajor: false,
      asymmetricQuantizeInputs: false,
      intermediates: [],
    },
    { name: "output", ...storage("output") },
  );
  return findUnsupported(b.build([output])).map(({ text }) => text);
}

test("a plain LSTM is supported", () => {
  expect(refusals({})).toEqual([]);
  expect(refusals({ isInt8: true })).toEqual([]);
});

test("all that an LSTM has beyond that is said at once", () => {
  const present = ["cellToForget", "cellToOutput", "projection", "forgetNorm"];
  const absent = ["inputToInput", "recurrentToInput", "inputBias"];
  expect(refusals({ present, absent, activation: "relu" })).toEqual([
    expect.stringMatching(
      /^has no input gate \(CIFG\), peepholes, a projection, layer normalization, activation relu in place of tanh;/,
    ),
  ]);
});

test.each([
  [
    { cellState: perTensor(0.0005, 0) },
    /cell state "cellState" has scale 0\.00050000.* must be a power of two/,
  ],
  [{ cellState: perTensor(2 ** -8, 0) }, /the scale must be a power of two from 2⁻¹⁵ to 2⁻⁹/],
  [{ cellState: perTensor(2 ** -11, 1) }, /and zero point 1/],
  [
    { inputToCell: perTensor(1, 4) },
    /input weight matrix "inputToCell" has a zero point other than 0/,
  ],
  [
    { recurrentToCell: perAxis(0, [1]) },
    /recurrent weight matrix "recurrentToCell" has a scale per/,
  ],
  [{ outputState: perTensor(1 / 64, 0) }, /this operator does not rescale/],
])("an int8 LSTM with %j is refused", (quantization, reason) => {
  expect(refusals({ isInt8: true, quantization })).toEqual([expect.stringMatching(reason)]);
});
