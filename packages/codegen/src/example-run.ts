import { type ElementArray, type ElementType, elementTypes, type Graph } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";

/** Something to run generated code on: an input that a line of C can make, and what the interpreter computes from it. */
export function exampleOutputs(graph: Graph): readonly ElementArray[] {
  const interpreter = createInterpreter(graph);
  for (const { type, data } of interpreter.inputs) {
    for (let i = 0; i < data.length; i++) {
      const value = exampleValue(type, i);
      if (data instanceof BigInt64Array) data[i] = BigInt(value);
      else data[i] = value;
    }
  }
  interpreter.run();
  return interpreter.outputs.map(({ data }) => data);
}

/** The same as `exampleInput`. */
function exampleValue(type: ElementType, i: number): number {
  const byte = (i * 37) % 256;
  const range = elementTypes[type].range;
  if (type === "bool") return i % 2;
  // Positions in something, mostly.
  if (type === "int32" || type === "int64") return 0;
  return range === undefined || range[0] === 0 ? byte : byte - 128;
}

/** An element of the example's input as a C expression of its position `i`. */
export function exampleInput(type: ElementType): string {
  if (type === "bool") return "i % 2";
  if (type === "int32" || type === "int64") return "0";
  const range = elementTypes[type].range;
  return range === undefined || range[0] === 0 ? "(i * 37) % 256" : "(i * 37) % 256 - 128";
}
