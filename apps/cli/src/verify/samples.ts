import { UserError } from "@smidgen/errors";
import {
  byteCount,
  type ElementArray,
  elementCount,
  elementTypes,
  type Graph,
  type Tensor,
  tensorOf,
} from "@smidgen/graph";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { count as figure } from "../text.ts";

/** What one inference takes: an array for each input of the graph. */
export type Sample = readonly ElementArray[];

/** What random samples may take: all of them are held at once. */
const mostBytes = 2 ** 28;

/**
 * `count` random samples, then one that stands for zero and one of the smallest and largest values in turn.
 *
 * Integers are drawn from the whole range of their type, floats from −1 to 1.
 *
 * @throws UserError `too-many-samples`, if they take more than 256 MiB.
 */
export function randomSamples(graph: Graph, count: number, seed: number): readonly Sample[] {
  const sampleBytes = sum(graph.inputs.map((id) => byteCount(tensorOf(graph, id))));
  if (count * sampleBytes > mostBytes) {
    throw new UserError(
      "too-many-samples",
      `${figure(count)} samples of ${figure(sampleBytes)} bytes are more than fit into ${figure(mostBytes)} bytes`,
      { hint: `Take at most ${figure(Math.floor(mostBytes / sampleBytes))}.` },
    );
  }
  const rng = xoroshiro128plus(seed);
  const fill = (element: (tensor: Tensor, position: number) => number): Sample =>
    graph.inputs.map((id) => {
      const tensor = tensorOf(graph, id);
      const array = new elementTypes[tensor.type].array(elementCount(tensor.shape));
      for (let i = 0; i < array.length; i++) {
        const value = element(tensor, i);
        array[i] = (array instanceof BigInt64Array ? BigInt(value) : value) as never;
      }
      return array;
    });
  const limits = ({ type }: Tensor) =>
    elementTypes[type].range ?? (type === "bool" ? ([0, 1] as const) : undefined);
  return [
    ...Array.from({ length: count }, () =>
      fill((tensor) => {
        const range = limits(tensor);
        return range === undefined
          ? 2 * uniformFloat64(rng) - 1
          : uniformInt(rng, Math.max(range[0], -(2 ** 31)), Math.min(range[1], 2 ** 31 - 1));
      }),
    ),
    fill(({ quantization }) => (quantization?.kind === "per-tensor" ? quantization.zeroPoint : 0)),
    fill((tensor, i) => (limits(tensor) ?? [-1, 1])[i % 2] as number),
  ];
}

/**
 * Samples from a file of raw elements, little-endian: for each sample, each input in order.
 *
 * @throws UserError `wrong-input`, if the file is not whole samples.
 */
export function samplesFrom(bytes: Uint8Array, name: string, graph: Graph): readonly Sample[] {
  const inputs = graph.inputs.map((id) => tensorOf(graph, id));
  const sizes = inputs.map(byteCount);
  const sampleBytes = sum(sizes);
  if (bytes.length === 0 || bytes.length % sampleBytes !== 0) {
    throw new UserError(
      "wrong-input",
      `${name} has ${figure(bytes.length)} bytes; the inputs of one inference have ${figure(sampleBytes)}`,
      { hint: "Give the raw elements of each input, one inference after the other." },
    );
  }
  return Array.from({ length: bytes.length / sampleBytes }, (_, sample) => {
    let offset = sample * sampleBytes;
    return inputs.map(({ type }, i) => {
      // A copy, so that elements of several bytes are aligned.
      const { buffer } = new Uint8Array(bytes.subarray(offset, offset + (sizes[i] as number)));
      offset += sizes[i] as number;
      return new elementTypes[type].array(buffer);
    });
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
