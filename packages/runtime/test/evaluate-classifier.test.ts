import { expect, test } from "vitest";
import { graphBuilder, perTensor } from "@smidgen/graph";
import { createInterpreter, evaluateClassifier } from "@smidgen/runtime";

/** Gives its three inputs back as probabilities, if they sum to 1. */
function echo(type: "float32" | "int8") {
  const b = graphBuilder("echo");
  const quantization = type === "int8" ? perTensor(1 / 256, -128) : undefined;
  const x = b.input("x", { type, shape: [1, 3], quantization });
  const y = b.op(
    "reshape",
    [x, undefined],
    { newShape: [1, 3] },
    { name: "y", type, quantization },
  );
  return createInterpreter(b.build([y]));
}

const images = Float32Array.of(0.5, 0.25, 0.25, /**/ 0.125, 0.125, 0.75, /**/ 0.25, 0.5, 0.25);
const labels = [0, 2, 0];

test.each(["float32", "int8"] as const)("accuracy and loss of %s probabilities", (type) => {
  const { examples, accuracy, loss } = evaluateClassifier(echo(type), { images, labels });
  expect(examples).toBe(3);
  expect(accuracy).toBeCloseTo(2 / 3, 12);
  // −(ln ½ + ln ¾ + ln ¼) / 3
  expect(loss).toBeCloseTo(0.789_041_3, 6);
});

test("examples can come from a function", () => {
  const evaluation = evaluateClassifier(echo("float32"), {
    images: (example) => images.subarray(example * 3, example * 3 + 3),
    labels,
  });
  expect(evaluation).toEqual(evaluateClassifier(echo("float32"), { images, labels }));
});

test.each([
  // probabilities, loss of class 0
  [[1, 0, 0], 1.000_000_05e-7],
  [[0, 1, 0], 16.118_095_65],
  [[0, 0, 0], 16.118_095_65],
  [[2, 1, 1], Math.LN2],
])(
  "the loss of %j is divided by the sum and kept away from zero and one",
  (probabilities, loss) => {
    const [all, label] = [Float32Array.from(probabilities), [0]];
    const evaluation = evaluateClassifier(echo("float32"), { images: all, labels: label });
    expect(evaluation.loss / loss).toBeCloseTo(1, 6);
  },
);

test("of equally large outputs the first counts", () => {
  const tie = Float32Array.of(0.25, 0.375, 0.375);
  expect(evaluateClassifier(echo("float32"), { images: tie, labels: [1] }).accuracy).toBe(1);
  expect(evaluateClassifier(echo("float32"), { images: tie, labels: [2] }).accuracy).toBe(0);
});

test.each([
  ["no examples", new Float32Array(0), [], "there are no examples"],
  ["another number of pixels", images, [0, 1], "2 examples of 3 elements are 6; 9 were given"],
  [
    "a label that is not a class",
    images,
    [0, 1, 3],
    "label 3 of example 2 is not one of 3 classes",
  ],
  ["a label that is not a number", images, [0, 1, Number.NaN], "label NaN of example 2"],
])("%s is refused", (_, given, wrongLabels, message) => {
  const evaluate = () =>
    evaluateClassifier(echo("float32"), { images: given, labels: wrongLabels });
  expect(evaluate).toThrow(message);
  expect(evaluate).toThrow(expect.objectContaining({ code: "wrong-input" }));
});
