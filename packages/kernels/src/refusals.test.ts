import { expect, test } from "vitest";
import {
  type ElementType,
  graphBuilder,
  type OpKind,
  type OpOf,
  perTensor,
  type Quantization,
} from "@smidgen/graph";
import { findUnsupported } from "@smidgen/kernels";

const plain = perTensor(1 / 16, 0);

interface Attempt<K extends OpKind = OpKind> {
  readonly kind: K;
  readonly options: OpOf<K>["options"];
  readonly type?: ElementType;
  readonly operands: readonly Quantization[];
  readonly output: Quantization;
}

test.each<{ readonly reason: RegExp; readonly attempt: Attempt }>([
  {
    reason: /scale 1\.862645149230957e-9, which is too small/,
    attempt: {
      kind: "sub",
      options: { activation: "none" },
      operands: [perTensor(2 ** -10, 0), perTensor(2 ** -12, 0)],
      output: perTensor(2 ** -29, 0),
    },
  },
  {
    reason: /activation tanh is not supported/,
    attempt: {
      kind: "sub",
      options: { activation: "tanh" },
      operands: [plain, plain],
      output: plain,
    },
  },
  {
    reason: /zero points are 0, 3, 0; with int16 they must be 0/,
    attempt: {
      kind: "mul",
      options: { activation: "none" },
      type: "int16",
      operands: [plain, perTensor(1, 3)],
      output: plain,
    },
  },
  {
    reason: /differ too much/,
    attempt: {
      kind: "hard-swish",
      options: {},
      operands: [perTensor(1, 0)],
      output: perTensor(2 ** -9, 0),
    },
  },
  {
    reason: /input scale .* is not from/,
    attempt: {
      kind: "hard-swish",
      options: {},
      operands: [perTensor(2 ** -25, 0)],
      output: perTensor(2 ** -25, 0),
    },
  },
  {
    reason: /needs 0\.0625 and 127/,
    attempt: { kind: "log-softmax", options: {}, operands: [plain], output: plain },
  },
  {
    reason: /input scale .* is 2⁻²⁶ or less/,
    attempt: {
      kind: "log-softmax",
      options: {},
      operands: [perTensor(2 ** -26, 0)],
      output: perTensor(1 / 16, 127),
    },
  },
  {
    reason: /activations are not supported/,
    attempt: {
      kind: "l2-normalization",
      options: { activation: "relu" },
      operands: [plain],
      output: perTensor(1 / 128, 0),
    },
  },
  {
    reason: /int16 needs a scale below 2\.66 and 0/,
    attempt: {
      kind: "tanh",
      options: {},
      type: "int16",
      operands: [perTensor(3, 0)],
      output: perTensor(2 ** -15, 0),
    },
  },
  {
    reason: /int16 needs .* and 0/,
    attempt: {
      kind: "softmax",
      options: { beta: 1 },
      type: "int16",
      operands: [plain],
      output: plain,
    },
  },
  {
    reason: /input "operand 0" is int16; it must be float32 or int8/,
    attempt: { kind: "elu", options: {}, type: "int16", operands: [plain], output: plain },
  },
])("$attempt.kind is refused: $reason", ({ reason, attempt }) => {
  const { kind, options, type = "int8", operands, output } = attempt;
  const b = graphBuilder(kind);
  const ids = operands.map((quantization, i) =>
    b.input(`operand ${i}`, { type, shape: [1, 4], quantization }),
  );
  const id = b.op(kind, ids as never, options, { name: "output", type, quantization: output });
  const [problem, ...more] = findUnsupported(b.build([id]));
  expect(problem?.text).toMatch(reason);
  expect(more).toEqual([]);
});
