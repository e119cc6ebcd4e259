import { elementCount, type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import type { Range, Ranges } from "@smidgen/quantize";
import { loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { floats } from "./floats.ts";

/** Seeded numbers between 0 and 1, or positions below 9, for each input. */
export function inputsOf(graph: Graph, seed: number): readonly (Float32Array | Int32Array)[] {
  const random = floats(seed);
  return graph.inputs.map((id) => {
    const { shape, type } = tensorOf(graph, id);
    const values = random(elementCount(shape), 1).map(Math.abs);
    return type === "int32" ? Int32Array.from(values, (value) => Math.floor(value * 9)) : values;
  });
}

/** What `calibrate` would find, from the float kernels of TensorFlow Lite. */
export async function officialRanges(graph: Graph, samples: number): Promise<Ranges> {
  const computed = graph.ops
    .flatMap(({ outputs }): readonly TensorId[] => outputs)
    .filter((id) => tensorOf(graph, id).type === "float32");
  const model = await loadTfliteRuntime(writeTflite({ ...graph, outputs: computed }));
  const tensors: Record<string, Range> = {};
  const widen = (id: TensorId, values: Iterable<number>) => {
    const { name } = tensorOf(graph, id);
    const { min, max } = tensors[name] ?? { min: Infinity, max: -Infinity };
    const all = [...values];
    tensors[name] = { min: Math.min(min, ...all), max: Math.max(max, ...all) };
  };
  for (let seed = 1; seed <= samples; seed++) {
    const inputs = inputsOf(graph, seed);
    for (const [i, id] of graph.inputs.entries()) {
      const values = inputs[i];
      if (values instanceof Float32Array) widen(id, values);
    }
    const outputs = model.run(inputs);
    for (const [i, id] of computed.entries()) {
      widen(id, new Float32Array((outputs[i] as Uint8Array).slice().buffer));
    }
  }
  return { samples, tensors };
}
