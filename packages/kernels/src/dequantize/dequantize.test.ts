import { expect, test } from "vitest";
import { graphBuilder } from "@smidgen/graph";
import { prepareStep } from "@smidgen/kernels";

// Source: IEEE 754-2019, table 3.5.
test.each([
  // bits   number
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65_504],
  [0x0400, 2 ** -14],
  [0x0001, 2 ** -24],
  [0x83ff, -(2 ** -14 - 2 ** -24)],
  [0x8000, -0],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, Number.NaN],
])("float16 0x%s stands for %d", (bits, number) => {
  const b = graphBuilder("one number");
  const packed = b.constant("packed", { type: "float16", shape: [1], data: Uint16Array.of(bits) });
  const graph = b.build([b.op("dequantize", [packed], {}, { name: "y", type: "float32" })]);
  const step = prepareStep(graph.ops[0] as (typeof graph.ops)[number], graph, {
    rounding: "double",
  });
  const result = new Float32Array(1);
  const tensor = (id: typeof packed) => (id === packed ? Uint16Array.of(bits) : result);
  step.bind({ tensor, scratch: new Uint8Array() })();
  expect(result[0]).toBe(number);
});
