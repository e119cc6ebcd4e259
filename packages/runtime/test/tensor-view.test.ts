import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elementTypes, perTensor, type TensorId } from "@smidgen/graph";
import { dequantize, quantizeInto, type TensorView } from "@smidgen/runtime";

function view(
  type: "float32" | "int8" | "uint8" | "int16",
  count: number,
  scale?: number,
  zeroPoint = 0,
): TensorView {
  const data = new elementTypes[type].array(count);
  const quantization = scale === undefined ? undefined : perTensor(scale, zeroPoint);
  return { id: 0 as TensorId, name: "t", type, shape: [count], quantization, data };
}

describe("quantizeInto", () => {
  test.each([
    // type, zero point, real / scale, stored
    ["int8", 0, [0.5, -0.5, 1.5, -1.5, 0.49, 2.5], [1, -1, 2, -2, 0, 3]],
    ["int8", -128, [0, 0.5, 255, 256, -1], [-128, -127, 127, 127, -128]],
    ["uint8", 3, [-3, -4, 252, 300], [0, 0, 255, 255]],
    ["int16", 0, [40_000, -40_000, 7], [32_767, -32_768, 7]],
  ] as const)(
    "rounds halves of %s around %d away from zero, and limits",
    (type, zero, real, stored) => {
      const tensor = view(type, real.length, 0.25, zero);
      quantizeInto(
        tensor,
        real.map((x) => x * 0.25),
      );
      expect([...(tensor.data as Int8Array)]).toEqual(stored);
    },
  );

  test("copies into a float32 tensor", () => {
    const tensor = view("float32", 2);
    quantizeInto(tensor, [0.1, -7]);
    expect([...(tensor.data as Float32Array)]).toEqual([Math.fround(0.1), -7]);
  });

  test("refuses another number of elements, and a tensor without a scale", () => {
    expect(() => quantizeInto(view("int8", 3, 1), [1, 2])).toThrow(
      '"t" has 3 elements [3]; 2 were given',
    );
    expect(() => quantizeInto(view("int8", 1), [1])).toThrow(
      expect.objectContaining({ code: "wrong-input" }),
    );
  });
});

test("what is dequantized and quantized again is the same", () => {
  const scale = fc.float({ min: Math.fround(1e-6), max: 1_000, noNaN: true });
  const stored = fc.integer({ min: -128, max: 127 });
  fc.assert(
    fc.property(scale, stored, fc.array(stored), (s, zeroPoint, values) => {
      const tensor = view("int8", values.length, s, zeroPoint);
      (tensor.data as Int8Array).set(values);
      quantizeInto(tensor, dequantize(tensor));
      expect([...(tensor.data as Int8Array)]).toEqual(values);
    }),
  );
});
