import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { bell, between } from "./random.ts";
import type { Stroke, Style } from "./skeletons.ts";

/** What the pen did, as short straight pieces. Used again for every image: nothing is allocated. */
export interface Trace {
  count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Of the line, in the units of x and y. */
  readonly radius: Float64Array;
  /** 1 where the pen came down, 0 where it was drawn to from the point before. */
  readonly isStart: Uint8Array;
}

export function newTrace(): Trace {
  return {
    count: 0,
    x: new Float64Array(most),
    y: new Float64Array(most),
    radius: new Float64Array(most),
    isStart: new Uint8Array(most),
  };
}

/**
 * One writing of a digit, with everything in which two writings differ: unsteadiness, bending,
 * proportions, slant, rotation, pen and pressure.
 *
 * Into `trace`, in pixels from the middle of the digit; the longer side is 20, as in MNIST. Source:
 * http://yann.lecun.com/exdb/mnist/ ("size normalized to fit in a 20x20 pixel box").
 */
export function traceDigit(style: Style, rng: RandomGenerator, trace: Trace): void {
  // Most people write carefully; a few scrawl.
  const haste = between(rng, 0, 1);
  const scrawl = haste * haste * haste; // not `**`: its last bit is up to the machine
  const unsteadiness = 0.011 + 0.028 * scrawl;
  const bending = 0.035 + 0.055 * scrawl;

  trace.count = 0;
  for (const stroke of style) {
    const misplacedX = bell(rng) * unsteadiness;
    const misplacedY = bell(rng) * unsteadiness;
    strokeThrough(stroke, rng, unsteadiness, misplacedX, misplacedY, trace);
  }
  bend(trace, rng, bending);
  incline(trace, rng);
  fit(trace, rng);
}

const most = 512;
const stepsPerCurve = 5;
const boxSide = 20;

/** A smooth curve through the control points, each missed by a little. */
function strokeThrough(
  stroke: Stroke,
  rng: RandomGenerator,
  unsteadiness: number,
  shiftX: number,
  shiftY: number,
  trace: Trace,
): void {
  const points = stroke.map(({ x, y, isCorner }) => ({
    x: x + shiftX + bell(rng) * unsteadiness,
    y: y + shiftY + bell(rng) * unsteadiness,
    isCorner,
  }));
  let pressure = between(rng, 0.85, 1.15);
  const pressureStep = (between(rng, 0.75, 1.15) - pressure) / (points.length - 1);
  addPoint(trace, points[0]!.x, points[0]!.y, pressure, 1);
  for (let i = 0; i + 1 < points.length; i++) {
    const from = points[i]!;
    const to = points[i + 1]!;
    // Catmull and Rom: the tangent at a point is half the way between its neighbours.
    const before = from.isCorner ? undefined : points[i - 1];
    const after = to.isCorner ? undefined : points[i + 2];
    const fromX = before === undefined ? to.x - from.x : (to.x - before.x) / 2;
    const fromY = before === undefined ? to.y - from.y : (to.y - before.y) / 2;
    const toX = after === undefined ? to.x - from.x : (after.x - from.x) / 2;
    const toY = after === undefined ? to.y - from.y : (after.y - from.y) / 2;
    for (let step = 1; step <= stepsPerCurve; step++) {
      const t = step / stepsPerCurve;
      const s = 1 - t;
      // Hermite's basis
      const h0 = (1 + 2 * t) * s * s;
      const h1 = t * s * s;
      const h2 = t * t * (3 - 2 * t);
      const h3 = -t * t * s;
      addPoint(
        trace,
        h0 * from.x + h1 * fromX + h2 * to.x + h3 * toX,
        h0 * from.y + h1 * fromY + h2 * to.y + h3 * toY,
        pressure + pressureStep * t,
        0,
      );
    }
    pressure += pressureStep;
  }
}

function addPoint(trace: Trace, x: number, y: number, radius: number, isStart: 0 | 1): void {
  const { count } = trace;
  trace.x[count] = x;
  trace.y[count] = y;
  trace.radius[count] = radius;
  trace.isStart[count] = isStart;
  trace.count = count + 1;
}

const gridSide = 3;
const gridX = new Float64Array(gridSide * gridSide);
const gridY = new Float64Array(gridSide * gridSide);

/**
 * Elastic distortion: displacements at the nodes of a coarse grid, and smoothly between them.
 *
 * Source of the idea: Simard, Steinkraus and Platt, "Best practices for convolutional neural
 * networks applied to visual document analysis", ICDAR 2003. There a field moves pixels; here it
 * moves the pen.
 */
function bend(trace: Trace, rng: RandomGenerator, amount: number): void {
  for (let node = 0; node < gridSide * gridSide; node++) {
    gridX[node] = bell(rng) * amount;
    gridY[node] = bell(rng) * amount;
  }
  for (let i = 0; i < trace.count; i++) {
    const u = toGrid(trace.x[i]! / 0.75);
    const v = toGrid(trace.y[i]!);
    const column = Math.floor(u);
    const row = Math.floor(v);
    const across = smooth(u - column);
    const down = smooth(v - row);
    const node = row * gridSide + column;
    trace.x[i]! += between4(gridX, node, across, down);
    trace.y[i]! += between4(gridY, node, across, down);
  }
}

function toGrid(position: number): number {
  return Math.min(Math.max(position, 0), 0.999) * (gridSide - 1);
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function between4(grid: Float64Array, node: number, across: number, down: number): number {
  const top = grid[node]! + (grid[node + 1]! - grid[node]!) * across;
  const left = grid[node + gridSide]!;
  const bottom = left + (grid[node + gridSide + 1]! - left) * across;
  return top + (bottom - top) * down;
}

/** Proportions, slant (to the right more often than to the left) and rotation. */
function incline(trace: Trace, rng: RandomGenerator): void {
  const width = between(rng, 0.65, 1.35);
  const slant = 0.15 + 0.25 * bell(rng);
  // The rotation by 2·atan(h): sine and cosine without asking the machine's library.
  const h = 0.07 * bell(rng);
  const cosine = (1 - h * h) / (1 + h * h);
  const sine = (2 * h) / (1 + h * h);
  for (let i = 0; i < trace.count; i++) {
    const y = trace.y[i]!;
    const x = trace.x[i]! * width - slant * y;
    trace.x[i] = cosine * x - sine * y;
    trace.y[i] = sine * x + cosine * y;
  }
}

/** To pixels: the box and the pen. */
function fit(trace: Trace, rng: RandomGenerator): void {
  const penRadius = between(rng, 0.85, 1.75) + 0.15 * bell(rng);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < trace.count; i++) {
    left = Math.min(left, trace.x[i]!);
    right = Math.max(right, trace.x[i]!);
    top = Math.min(top, trace.y[i]!);
    bottom = Math.max(bottom, trace.y[i]!);
  }
  const scale = (boxSide - 2 * penRadius) / Math.max(right - left, bottom - top);
  const shiftX = between(rng, -0.5, 0.5) - (scale * (left + right)) / 2;
  const shiftY = between(rng, -0.5, 0.5) - (scale * (top + bottom)) / 2;
  for (let i = 0; i < trace.count; i++) {
    trace.x[i] = trace.x[i]! * scale + shiftX;
    trace.y[i] = trace.y[i]! * scale + shiftY;
    trace.radius[i]! *= penRadius;
  }
}
