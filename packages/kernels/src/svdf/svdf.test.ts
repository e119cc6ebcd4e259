import { expect, test } from "vitest";
import { type ElementArrays, graphBuilder, perAxis, perTensor } from "@smidgen/graph";
import { findUnsupported } from "@smidgen/kernels";

const usual = {
  input: { type: "int8", quantization: perTensor(0.1, 3) },
  feature: { type: "int8", quantization: perTensor(0.01, 0) },
  time: { type: "int16", quantization: perTensor(0.001, 0) },
  bias: { type: "int32", quantization: perTensor(2e-6, 0) },
  state: { type: "int16", quantization: perTensor(0.002, 0) },
  output: { type: "int8", quantization: perTensor(0.05, 1) },
} as const;

type Stored = {
  readonly [Role in keyof typeof usual]?: {
    readonly type?: keyof ElementArrays;
    readonly quantization?: ReturnType<typeof perTensor>;
  };
};

/** An SVDF of one unit over one number. */
function refusals(changes: Stored): readonly string[] {
  const b = graphBuilder("svdf");
  const stored = (role: keyof typeof usual) => ({ ...usual[role], ...changes[role] });
  const constant = (role: "feature" | "time" | "bias") => {
    const shape = role === "bias" ? [1] : [1, 1];
    const arrays = { int8: Int8Array, int16: Int16Array, int32: Int32Array };
    const { type, quantization } = stored(role);
    const data = new arrays[type as keyof typeof arrays](1);
    return b.constant(role, { type, quantization, shape, data });
  };
  const input = b.input("input", { ...stored("input"), shape: [1, 1] });
  const [feature, time, bias] = [constant("feature"), constant("time"), constant("bias")];
  const state = b.variable("state", { ...stored("state"), shape: [1, 1] });
  const output = b.op(
    "svdf",
    [input, feature, time, bias, state],
    { rank: 1, activation: "relu", asymmetricQuantizeInputs: false },
    { name: "output", ...stored("output") },
  );
  return findUnsupported(b.build([output])).map(({ text }) => text);
}

test.each<Stored>([{}, { time: { type: "int8" }, state: { type: "int8" } }])(
  "an SVDF with %j is supported",
  (changes) => {
    expect(refusals(changes)).toEqual([]);
  },
);

test.each<[Stored, RegExp]>([
  [{ time: { type: "int8" } }, /time weight matrix "time" is int8; .* must be int16/],
  [{ feature: { type: "int16" } }, /feature weight matrix "feature" is int16; .* must be int8/],
  [{ state: { type: "int32" } }, /state "state" is int32; .* must be int16 or int8/],
  [{ output: { type: "int16" } }, /output "output" is int16; .* must be int8/],
  [{ feature: { quantization: perTensor(1, 5) } }, /"feature" has a zero point other than 0/],
  [{ time: { quantization: perAxis(0, [1]) } }, /"time" has a scale per slice/],
  [
    { bias: { quantization: perTensor(1, 0) } },
    /bias "bias" has scale 1, state scale × time weight scale is 0\.000002000/,
  ],
])("an SVDF with %j is refused", (changes, reason) => {
  expect(refusals(changes)).toEqual([expect.stringMatching(reason)]);
});
