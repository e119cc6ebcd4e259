import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { between } from "./random.ts";
import type { Trace } from "./trace.ts";

export const side = 28;

const coverage = new Float64Array(side * side);

/**
 * The trace as ink on paper: 0 is paper, 255 full ink, edges are anti-aliased.
 *
 * trace: in pixels, the middle of the first pixel is (0.5, 0.5). pixels: [28, 28], overwritten.
 */
export function rasterize(trace: Trace, rng: RandomGenerator, pixels: Uint8Array): void {
  const edge = between(rng, 0.9, 1.6); // how wide the step from paper to ink is, in pixels
  coverage.fill(0);
  for (let i = 1; i < trace.count; i++) {
    if (trace.isStart[i] === 0) ink(trace, i, edge);
  }
  const full = between(rng, 245, 320); // above 255: the middle of the line is saturated
  const grain = between(rng, 0, 0.25);
  for (let i = 0; i < pixels.length; i++) {
    const covered = coverage[i]!;
    const value = covered === 0 ? 0 : covered * full * (1 - grain * between(rng, 0, 1));
    pixels[i] = Math.min(Math.floor(value + 0.5), 255);
  }
}

/** Covers what lies within the radius of the straight piece that ends at point `i`. */
function ink({ x, y, radius }: Trace, i: number, edge: number): void {
  const [x0, y0] = [x[i - 1]!, y[i - 1]!];
  const [dx, dy] = [x[i]! - x0, y[i]! - y0];
  const lengthSquared = dx * dx + dy * dy;
  const r = (radius[i - 1]! + radius[i]!) / 2;
  const reach = r + edge / 2;

  const firstRow = Math.max(Math.floor(Math.min(y0, y0 + dy) - reach), 0);
  const lastRow = Math.min(Math.floor(Math.max(y0, y0 + dy) + reach), side - 1);
  const firstColumn = Math.max(Math.floor(Math.min(x0, x0 + dx) - reach), 0);
  const lastColumn = Math.min(Math.floor(Math.max(x0, x0 + dx) + reach), side - 1);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const px = column + 0.5 - x0;
      const py = row + 0.5 - y0;
      // The nearest point of the piece is a share `t` of the way along it.
      const along = (px * dx + py * dy) / (lengthSquared + 1e-12);
      const t = Math.min(Math.max(along, 0), 1);
      const [ox, oy] = [px - t * dx, py - t * dy];
      const distanceSquared = ox * ox + oy * oy;
      if (distanceSquared >= reach * reach) continue;
      const covered = Math.min((reach - Math.sqrt(distanceSquared)) / edge, 1);
      const at = row * side + column;
      if (covered > coverage[at]!) coverage[at] = covered;
    }
  }
}
