import { matrixColumns } from "./matrix-columns";
import { matrixRows } from "./matrix-rows";

const floatMax = Infinity as f32;

/**
 * y = clamp(bias + x·wᵀ): [count, depth], [units, depth] → [count, units]
 *
 * The weights lie transposed, so that both factors of the long sum are read in order, four at a time:
 * lane l adds the products at 4i + l, and the four lanes are added at the end. depth and units are
 * multiples of 4; xRow and yRow are bytes.
 */
export function denseForward(
  x: usize,
  xRow: usize,
  w: usize,
  bias: usize,
  y: usize,
  yRow: usize,
  count: i32,
  depth: i32,
  units: i32,
  lo: f32,
  hi: f32,
): void {
  const wRow = (<usize>depth) << 2;
  for (let row = 0; row < count;) {
    if (count < 4) {
      for (let unit = 0; unit < units; unit++) {
        const sum = dot(x + row * xRow, w + unit * wRow, wRow);
        store<f32>(
          y + row * yRow + (unit << 2),
          clamp(load<f32>(bias + (unit << 2)) + sum, lo, hi),
        );
      }
      row++;
      continue;
    }
    // the last tile may compute rows once more
    row = min(row, count - 4);
    const at = y + row * yRow;
    for (let unit = 0; unit < units; unit += 2) {
      dots4x2(
        x + row * xRow,
        xRow,
        w + unit * wRow,
        wRow,
        bias + (unit << 2),
        at + (unit << 2),
        yRow,
        lo,
        hi,
      );
    }
    row += 4;
  }
}

/** dx = dz·w: [count, units], [units, depth] → [count, depth]. zero: [depth] zeros. */
export function denseInputGradient(
  dz: usize,
  dzRow: usize,
  w: usize,
  zero: usize,
  dx: usize,
  dxRow: usize,
  count: i32,
  depth: i32,
  units: i32,
): void {
  matrixRows(
    dx,
    dxRow,
    zero,
    dz,
    dzRow,
    0,
    w,
    (<usize>depth) << 2,
    count,
    depth,
    1,
    units,
    -floatMax,
    floatMax,
  );
}

/** dw = dzᵀ·x: [count, units], [count, depth] → [units, depth] */
export function denseWeightGradient(
  dz: usize,
  dzRow: usize,
  x: usize,
  xRow: usize,
  dw: usize,
  count: i32,
  depth: i32,
  units: i32,
): void {
  matrixColumns(dw, (<usize>depth) << 2, false, dz, dzRow, 0, x, xRow, 0, units, depth, 1, count);
}

function dots4x2(
  x: usize,
  xRow: usize,
  w: usize,
  wRow: usize,
  bias: usize,
  y: usize,
  yRow: usize,
  lo: f32,
  hi: f32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  let x1 = x + xRow;
  let x2 = x1 + xRow;
  let x3 = x2 + xRow;
  let w1 = w + wRow;
  const end = w1;
  while (w < end) {
    const w0v = v128.load(w);
    const w1v = v128.load(w1);
    let value = v128.load(x);
    s00 = f32x4.add(s00, f32x4.mul(value, w0v));
    s01 = f32x4.add(s01, f32x4.mul(value, w1v));
    value = v128.load(x1);
    s10 = f32x4.add(s10, f32x4.mul(value, w0v));
    s11 = f32x4.add(s11, f32x4.mul(value, w1v));
    value = v128.load(x2);
    s20 = f32x4.add(s20, f32x4.mul(value, w0v));
    s21 = f32x4.add(s21, f32x4.mul(value, w1v));
    value = v128.load(x3);
    s30 = f32x4.add(s30, f32x4.mul(value, w0v));
    s31 = f32x4.add(s31, f32x4.mul(value, w1v));
    w += 16;
    w1 += 16;
    x += 16;
    x1 += 16;
    x2 += 16;
    x3 += 16;
  }
  const bias0 = load<f32>(bias);
  const bias1 = load<f32>(bias, 4);
  store<f32>(y, clamp(bias0 + lanes(s00), lo, hi));
  store<f32>(y, clamp(bias1 + lanes(s01), lo, hi), 4);
  y += yRow;
  store<f32>(y, clamp(bias0 + lanes(s10), lo, hi));
  store<f32>(y, clamp(bias1 + lanes(s11), lo, hi), 4);
  y += yRow;
  store<f32>(y, clamp(bias0 + lanes(s20), lo, hi));
  store<f32>(y, clamp(bias1 + lanes(s21), lo, hi), 4);
  y += yRow;
  store<f32>(y, clamp(bias0 + lanes(s30), lo, hi));
  store<f32>(y, clamp(bias1 + lanes(s31), lo, hi), 4);
}

function dot(x: usize, w: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  const end = w + bytes;
  for (; w < end; w += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(x), v128.load(w)));
    x += 16;
  }
  return lanes(sum);
}

function lanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** NaN stays NaN. */
function clamp(value: f32, lo: f32, hi: f32): f32 {
  return value < lo ? lo : value > hi ? hi : value;
}
