import { expect, test } from "vitest";
import { perTensor, type Tensor } from "@smidgen/graph";
import { offsetOf } from "./requirements.ts";

test.each([
  [0, 0],
  [5, -5],
  [-128, 128],
])("the offset of zero point %d is %d, and no float", (zeroPoint, offset) => {
  const quantization = perTensor(1, zeroPoint);
  const tensor = { name: "x", type: "int8", shape: [1], quantization } as unknown as Tensor;
  expect(offsetOf(tensor, "input")).toBe(offset); // toBe tells 0 from −0
});
