import { type Graph, paddingBefore, tensorOf } from "@smidgen/graph";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { WeightedOp } from "./equalisable-pairs.ts";

/** What a layer multiplies its weights with, weight by weight. */
export interface LayerRows {
  /** Takes the layer's input of another sample. */
  readonly add: (input: Float32Array) => void;
  /**
   * For each weight of an output channel, in the order of the filter: what it was multiplied with, over the rows that
   * were taken. Float32Arrays of one length.
   */
  readonly inputsOf: (outputChannel: number) => readonly Float32Array[];
}

/** As many rows as tell weights apart; more cost time and change little. */
const mostRows = 4096;

/**
 * Gathers rows from places that the seed draws: each output of a convolution is a sum of its own, and a few of every
 * sample are enough.
 */
export function layerRows(op: WeightedOp, graph: Graph, samples: number, seed: number): LayerRows {
  const input = tensorOf(graph, op.inputs[0]);
  const filter = tensorOf(graph, op.inputs[1]);
  const output = tensorOf(graph, op.outputs[0]);
  const channels = output.shape.at(-1) ?? 1;
  const placesPerSample = output.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const taken = Math.min(placesPerSample, Math.max(1, Math.floor(mostRows / samples)));
  const random = xoroshiro128plus(seed);
  // [row][column]; columns are the elements of the input that one output place sees.
  const rows: Float32Array[] = [];
  // [column][row]
  const transposed: Float32Array[] = [];
  const gather = gatherer(op, input.shape, filter.shape, output.shape);

  return {
    add(values) {
      transposed.length = 0;
      for (let i = 0; i < taken; i++) {
        const place = taken === placesPerSample ? i : uniformInt(random, 0, placesPerSample - 1);
        rows.push(gather.row(values, place));
      }
    },
    inputsOf(channel) {
      const columns = gather.columnsOf(channel, channels);
      for (const column of columns) {
        transposed[column] ??= Float32Array.from(rows, (row) => row[column] as number);
      }
      return columns.map((column) => transposed[column] as Float32Array);
    },
  };
}

interface Gatherer {
  /** All that the outputs of one place see. */
  readonly row: (values: Float32Array, place: number) => Float32Array;
  /** Where in a row the factors of an output channel's weights are. */
  readonly columnsOf: (channel: number, channels: number) => readonly number[];
}

function gatherer(
  op: WeightedOp,
  input: readonly number[],
  filter: readonly number[],
  output: readonly number[],
): Gatherer {
  if (op.kind === "fully-connected") {
    const depth = filter[1] ?? 1;
    const columns = Array.from({ length: depth }, (_, i) => i);
    return {
      row: (values, place) => values.slice(place * depth, (place + 1) * depth),
      columnsOf: () => columns,
    };
  }
  const [, height = 1, width = 1, depth = 1] = input;
  const [, outHeight = 1, outWidth = 1] = output;
  const [, filterHeight = 1, filterWidth = 1, filterDepth = 1] = filter;
  const { padding, strideHeight, strideWidth, dilationHeight, dilationWidth } = op.options;
  const top = paddingBefore({
    padding,
    input: height,
    filter: filterHeight,
    stride: strideHeight,
    dilation: dilationHeight,
  });
  const left = paddingBefore({
    padding,
    input: width,
    filter: filterWidth,
    stride: strideWidth,
    dilation: dilationWidth,
  });
  const cells = filterHeight * filterWidth;
  return {
    row(values, place) {
      const row = new Float32Array(cells * depth);
      const batch = Math.floor(place / (outHeight * outWidth));
      const y0 = (Math.floor(place / outWidth) % outHeight) * strideHeight - top;
      const x0 = (place % outWidth) * strideWidth - left;
      for (let cell = 0; cell < cells; cell++) {
        const y = y0 + Math.floor(cell / filterWidth) * dilationHeight;
        const x = x0 + (cell % filterWidth) * dilationWidth;
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const from = ((batch * height + y) * width + x) * depth;
        row.set(values.subarray(from, from + depth), cell * depth);
      }
      return row;
    },
    columnsOf(channel, channels) {
      const isDepthwise = op.kind === "depthwise-conv-2d";
      const seen = isDepthwise ? 1 : filterDepth;
      const first = isDepthwise
        ? Math.floor(channel / op.options.depthMultiplier)
        : Math.floor(channel / (channels / (depth / filterDepth))) * filterDepth;
      return Array.from(
        { length: cells * seen },
        (_, i) => Math.floor(i / seen) * depth + first + (i % seen),
      );
    },
  };
}
