import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { makeStep, type Step } from "../step.ts";

/** How the cells of a resized image lie between those of the input. */
export type BilinearGeometry = {
  readonly batches: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly channels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** The input rows above and below each output row. */
  readonly top: Int32Array; // [outputHeight]
  readonly bottom: Int32Array; // [outputHeight]
  readonly left: Int32Array; // [outputWidth]
  readonly right: Int32Array; // [outputWidth]
};

/** The same with how far each output row or column is from the input row above or column to the left. */
export type BilinearParams = BilinearGeometry & {
  readonly rowDistances: Distances; // [outputHeight]
  readonly columnDistances: Distances; // [outputWidth]
};

/** In the unit of the arithmetic. */
type Distances = Int32Array | Float32Array;

/** Where an output cell is along one axis. */
interface Neighbors {
  readonly before: number;
  readonly behind: number;
  /** From `before`, in the unit of the arithmetic. Negative next to the border if cells have their centers at ½. */
  readonly distance: number;
}

export type NeighborsOf = (
  outputCell: number,
  inputSize: number,
  outputSize: number,
  options: OpOf<"resize-bilinear">["options"],
) => Neighbors;

/** A step that computes each output cell from the four around it. `stored`: how the loop wants distances. */
export function makeBilinearStep<Elements>(
  op: OpOf<"resize-bilinear">,
  graph: Graph,
  {
    kernel,
    neighborsOf,
    stored,
    interpolateAt,
  }: {
    readonly kernel: string;
    readonly neighborsOf: NeighborsOf;
    readonly stored: (distances: readonly number[]) => Distances;
    readonly interpolateAt: AtCell<BilinearParams, Elements>;
  },
): Step {
  const [batches = 0, inputHeight = 0, inputWidth = 0, channels = 0] = tensorOf(
    graph,
    op.inputs[0],
  ).shape;
  const [, outputHeight = 0, outputWidth = 0] = tensorOf(graph, op.outputs[0]).shape;
  const along = (inputSize: number, outputSize: number) =>
    Array.from({ length: outputSize }, (_, i) => neighborsOf(i, inputSize, outputSize, op.options));
  const rows = along(inputHeight, outputHeight);
  const columns = along(inputWidth, outputWidth);
  const params: BilinearParams = {
    batches,
    inputHeight,
    inputWidth,
    channels,
    outputHeight,
    outputWidth,
    top: Int32Array.from(rows, ({ before }) => before),
    bottom: Int32Array.from(rows, ({ behind }) => behind),
    left: Int32Array.from(columns, ({ before }) => before),
    right: Int32Array.from(columns, ({ behind }) => behind),
    rowDistances: stored(rows.map(({ distance }) => distance)),
    columnDistances: stored(columns.map(({ distance }) => distance)),
  };
  const run = (loop: BilinearParams, input: Elements, output: Elements) =>
    forEachResized(interpolateAt, loop, input, output);
  return makeStep({ kernel, run, params, reads: [op.inputs[0]], writes: op.outputs });
}

/**
 * What is computed at one cell, for all channels.
 *
 * The four input cells begin at `topLeft`, `topRight`, `bottomLeft` and `bottomRight`; results go to `outputStart` and
 * the elements behind it.
 */
type AtCell<P, Elements> = (
  params: P,
  input: Elements,
  output: Elements,
  y: number,
  x: number,
  topLeft: number,
  topRight: number,
  bottomLeft: number,
  bottomRight: number,
  outputStart: number,
) => void;

/** Visits the output cell by cell. C twin: resize_bilinear_int8.h. */
function forEachResized<P extends BilinearGeometry, Elements>(
  atCell: AtCell<P, Elements>,
  params: P,
  input: Elements,
  output: Elements,
): void {
  const { batches, inputHeight, inputWidth, channels, outputHeight, outputWidth } = params;
  const { top, bottom, left, right } = params;
  let outputStart = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      const topRow = (batch * inputHeight + top[y]!) * inputWidth;
      const bottomRow = (batch * inputHeight + bottom[y]!) * inputWidth;
      for (let x = 0; x < outputWidth; x++) {
        const topLeft = (topRow + left[x]!) * channels;
        const topRight = (topRow + right[x]!) * channels;
        const bottomLeft = (bottomRow + left[x]!) * channels;
        const bottomRight = (bottomRow + right[x]!) * channels;
        atCell(
          params,
          input,
          output,
          y,
          x,
          topLeft,
          topRight,
          bottomLeft,
          bottomRight,
          outputStart,
        );
        outputStart += channels;
      }
    }
  }
}
