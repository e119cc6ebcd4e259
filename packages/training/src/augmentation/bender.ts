import type { ImageSize } from "./warp.ts";

/** How far each pixel moves, in 1/65536 of a pixel: [height, width] of x, then of y. Valid until the next call. */
export type Bender = (random: () => number) => Int32Array;

/**
 * A free-form deformation: control points `spacing` pixels apart move at random by up to `pixels` along each axis, and
 * cubic B-splines say how far every pixel moves with them.
 *
 * Source: "Nonrigid registration using free-form deformations" (Rueckert et al. 1999). It does what the smoothed noise of "Best
 * Practices for Convolutional Neural Networks Applied to Visual Document Analysis" (Simard et al. 2003) does, at a cost that does not
 * grow with the smoothness.
 */
export function bender({ height, width }: ImageSize, pixels: number, spacing: number): Bender {
  const rows = splineWeights(height, spacing);
  const columns = splineWeights(width, spacing);
  const points = new Float64Array(rows.points * columns.points);
  const line = new Float64Array(columns.points);
  const result = new Int32Array(2 * height * width);
  return (random) => {
    let at = 0;
    for (let axis = 0; axis < 2; axis++) {
      for (let i = 0; i < points.length; i++)
        points[i] = (random() / 2 ** 31 - 1) * pixels * 65_536;
      for (let y = 0; y < height; y++) {
        const above = rows.first[y]! * columns.points;
        for (let column = 0; column < columns.points; column++) {
          const point = above + column;
          line[column] =
            rows.weights[4 * y]! * points[point]! +
            rows.weights[4 * y + 1]! * points[point + columns.points]! +
            rows.weights[4 * y + 2]! * points[point + 2 * columns.points]! +
            rows.weights[4 * y + 3]! * points[point + 3 * columns.points]!;
        }
        for (let x = 0; x < width; x++) {
          const first = columns.first[x]!;
          result[at++] =
            columns.weights[4 * x]! * line[first]! +
            columns.weights[4 * x + 1]! * line[first + 1]! +
            columns.weights[4 * x + 2]! * line[first + 2]! +
            columns.weights[4 * x + 3]! * line[first + 3]!;
        }
      }
    }
    return result;
  };
}

/** For each pixel of an axis, the first of the four points that it goes by, and their weights, which add up to 1. */
function splineWeights(size: number, spacing: number) {
  const first = new Uint32Array(size);
  const weights = new Float64Array(4 * size);
  for (let pixel = 0; pixel < size; pixel++) {
    first[pixel] = Math.floor(pixel / spacing);
    const t = pixel / spacing - first[pixel]!;
    const s = 1 - t;
    weights[4 * pixel] = (s * s * s) / 6;
    weights[4 * pixel + 1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    weights[4 * pixel + 2] = (3 * s * s * s - 6 * s * s + 4) / 6;
    weights[4 * pixel + 3] = (t * t * t) / 6;
  }
  return { points: first[size - 1]! + 4, first, weights };
}
