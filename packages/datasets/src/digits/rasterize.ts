import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { between } from "./random.ts";
import type { Trace } from "./trace.ts";

/** Of an image, in pixels. */
export const side = 28;

/** The paper is larger, so that the centre of mass can be found before the image is cut out. */
const paperSide = 40;
const coverage = new Float64Array(paperSide * paperSide);

/**
 * The trace as ink: 0 is paper, 255 full ink, edges are anti-aliased. The centre of mass comes to
 * lie within half a pixel of the middle, as in MNIST.
 *
 * trace: in pixels, as `traceDigit` gives it. pixels: [28, 28], overwritten.
 */
export function rasterize(trace: Trace, rng: RandomGenerator, pixels: Uint8Array): void {
  const edge = between(rng, 0.9, 1.6); // how wide the step from paper to ink is, in pixels
  coverage.fill(0);
  for (let i = 1; i < trace.count; i++) {
    if (trace.isStart[i] === 0) ink(trace, i, edge);
  }
  const { top, left } = cutOut();
  const full = between(rng, 245, 320); // above 255: the middle of the line is saturated
  const grain = between(rng, 0, 0.25);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const covered = coverage[(top + row) * paperSide + left + column]!;
      const value = covered === 0 ? 0 : covered * full * (1 - grain * between(rng, 0, 1));
      pixels[row * side + column] = Math.min(Math.floor(value + 0.5), 255);
    }
  }
}

/** Where the image lies on the paper, in whole pixels. */
function cutOut(): { readonly top: number; readonly left: number } {
  let [mass, massX, massY] = [0, 0, 0];
  for (let row = 0; row < paperSide; row++) {
    for (let column = 0; column < paperSide; column++) {
      const covered = coverage[row * paperSide + column]!;
      mass += covered;
      massX += covered * (column + 0.5);
      massY += covered * (row + 0.5);
    }
  }
  const most = paperSide - side;
  const start = (centre: number) => Math.min(Math.max(Math.round(centre - side / 2), 0), most);
  return { top: start(massY / mass), left: start(massX / mass) };
}

/** Covers what lies within the radius of the straight piece that ends at point `i`. */
function ink({ x, y, radius }: Trace, i: number, edge: number): void {
  const x0 = x[i - 1]! + paperSide / 2;
  const y0 = y[i - 1]! + paperSide / 2;
  const dx = x[i]! - x[i - 1]!;
  const dy = y[i]! - y[i - 1]!;
  const lengthSquared = dx * dx + dy * dy;
  const r = (radius[i - 1]! + radius[i]!) / 2;
  const reach = r + edge / 2;

  const firstRow = Math.max(Math.floor(Math.min(y0, y0 + dy) - reach), 0);
  const lastRow = Math.min(Math.floor(Math.max(y0, y0 + dy) + reach), paperSide - 1);
  const firstColumn = Math.max(Math.floor(Math.min(x0, x0 + dx) - reach), 0);
  const lastColumn = Math.min(Math.floor(Math.max(x0, x0 + dx) + reach), paperSide - 1);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const px = column + 0.5 - x0;
      const py = row + 0.5 - y0;
      // The nearest point of the piece is a share `t` of the way along it.
      const along = (px * dx + py * dy) / (lengthSquared + 1e-12);
      const t = Math.min(Math.max(along, 0), 1);
      const ox = px - t * dx;
      const oy = py - t * dy;
      const distanceSquared = ox * ox + oy * oy;
      if (distanceSquared >= reach * reach) continue;
      const covered = Math.min((reach - Math.sqrt(distanceSquared)) / edge, 1);
      const at = row * paperSide + column;
      if (covered > coverage[at]!) coverage[at] = covered;
    }
  }
}
