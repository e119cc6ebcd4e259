/**
 * C = clamp(bias + A·B), where row r of A is `segments` runs of `run` floats. A dense matrix is one
 * segment; a convolution reads a run of filterWidth · inChannels floats in each of filterHeight image
 * rows, so it needs no patch matrix.
 *
 * A: row r begins at `a + r·aRow`, its next segment `aSegment` further on. B: [segments·run, columns],
 * rows `bRow` apart. bias: [columns]. C: rows `cRow` apart. All distances are in bytes; `columns` is a
 * multiple of 4.
 *
 * Each value is one sum in the order of B's rows, whatever the tile it was computed in.
 */
export function matrixRows(
  c: usize,
  cRow: usize,
  bias: usize,
  a: usize,
  aRow: usize,
  aSegment: usize,
  b: usize,
  bRow: usize,
  rows: i32,
  columns: i32,
  segments: i32,
  run: i32,
  lo: f32,
  hi: f32,
): void {
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  let column = 0;
  for (; column + 8 <= columns; column += 8) {
    const at = (<usize>column) << 2;
    if (rows < 4) {
      for (let row = 0; row < rows; row++) {
        tile1x8(
          c + row * cRow + at,
          bias + at,
          a + row * aRow,
          aSegment,
          b + at,
          bRow,
          segments,
          run,
          least,
          most,
        );
      }
      continue;
    }
    for (let row = 0; ; row += 4) {
      // the last tile may compute rows once more: cheaper than a slow path for what is left over
      row = min(row, rows - 4);
      tile4x8(
        c + row * cRow + at,
        cRow,
        bias + at,
        a + row * aRow,
        aRow,
        aSegment,
        b + at,
        bRow,
        segments,
        run,
        least,
        most,
      );
      if (row + 4 >= rows) break;
    }
  }
  if (column == columns) return;
  const at = (<usize>column) << 2;
  if (rows < 4) {
    for (let row = 0; row < rows; row++) {
      tile1x4(
        c + row * cRow + at,
        bias + at,
        a + row * aRow,
        aSegment,
        b + at,
        bRow,
        segments,
        run,
        least,
        most,
      );
    }
    return;
  }
  for (let row = 0; ; row += 4) {
    row = min(row, rows - 4);
    tile4x4(
      c + row * cRow + at,
      cRow,
      bias + at,
      a + row * aRow,
      aRow,
      aSegment,
      b + at,
      bRow,
      segments,
      run,
      least,
      most,
    );
    if (row + 4 >= rows) break;
  }
}

function tile4x8(
  c: usize,
  cRow: usize,
  bias: usize,
  a: usize,
  aRow: usize,
  aSegment: usize,
  b: usize,
  bRow: usize,
  segments: i32,
  run: i32,
  least: v128,
  most: v128,
): void {
  let c00 = v128.load(bias);
  let c01 = v128.load(bias, 16);
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  for (let segment = 0; segment < segments; segment++) {
    let a0 = a;
    let a1 = a0 + aRow;
    let a2 = a1 + aRow;
    let a3 = a2 + aRow;
    const end = a0 + ((<usize>run) << 2);
    // not unrolled: V8 moves all loads of a block to its front, and would run out of registers
    while (a0 < end) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let value = v128.load32_splat(a0);
      c00 = f32x4.add(c00, f32x4.mul(value, b0));
      c01 = f32x4.add(c01, f32x4.mul(value, b1));
      value = v128.load32_splat(a1);
      c10 = f32x4.add(c10, f32x4.mul(value, b0));
      c11 = f32x4.add(c11, f32x4.mul(value, b1));
      value = v128.load32_splat(a2);
      c20 = f32x4.add(c20, f32x4.mul(value, b0));
      c21 = f32x4.add(c21, f32x4.mul(value, b1));
      value = v128.load32_splat(a3);
      c30 = f32x4.add(c30, f32x4.mul(value, b0));
      c31 = f32x4.add(c31, f32x4.mul(value, b1));
      b += bRow;
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
    }
    a += aSegment;
  }
  v128.store(c, f32x4.pmin(f32x4.pmax(c00, least), most));
  v128.store(c, f32x4.pmin(f32x4.pmax(c01, least), most), 16);
  c += cRow;
  v128.store(c, f32x4.pmin(f32x4.pmax(c10, least), most));
  v128.store(c, f32x4.pmin(f32x4.pmax(c11, least), most), 16);
  c += cRow;
  v128.store(c, f32x4.pmin(f32x4.pmax(c20, least), most));
  v128.store(c, f32x4.pmin(f32x4.pmax(c21, least), most), 16);
  c += cRow;
  v128.store(c, f32x4.pmin(f32x4.pmax(c30, least), most));
  v128.store(c, f32x4.pmin(f32x4.pmax(c31, least), most), 16);
}

function tile4x4(
  c: usize,
  cRow: usize,
  bias: usize,
  a: usize,
  aRow: usize,
  aSegment: usize,
  b: usize,
  bRow: usize,
  segments: i32,
  run: i32,
  least: v128,
  most: v128,
): void {
  let c0 = v128.load(bias);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (let segment = 0; segment < segments; segment++) {
    let a0 = a;
    let a1 = a0 + aRow;
    let a2 = a1 + aRow;
    let a3 = a2 + aRow;
    const end = a0 + ((<usize>run) << 2);
    while (a0 < end) {
      const b0 = v128.load(b);
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(a0), b0));
      c1 = f32x4.add(c1, f32x4.mul(v128.load32_splat(a1), b0));
      c2 = f32x4.add(c2, f32x4.mul(v128.load32_splat(a2), b0));
      c3 = f32x4.add(c3, f32x4.mul(v128.load32_splat(a3), b0));
      b += bRow;
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
    }
    a += aSegment;
  }
  v128.store(c, f32x4.pmin(f32x4.pmax(c0, least), most));
  c += cRow;
  v128.store(c, f32x4.pmin(f32x4.pmax(c1, least), most));
  c += cRow;
  v128.store(c, f32x4.pmin(f32x4.pmax(c2, least), most));
  c += cRow;
  v128.store(c, f32x4.pmin(f32x4.pmax(c3, least), most));
}

function tile1x8(
  c: usize,
  bias: usize,
  a: usize,
  aSegment: usize,
  b: usize,
  bRow: usize,
  segments: i32,
  run: i32,
  least: v128,
  most: v128,
): void {
  let c0 = v128.load(bias);
  let c1 = v128.load(bias, 16);
  for (let segment = 0; segment < segments; segment++) {
    const end = a + ((<usize>run) << 2);
    for (let value = a; value < end; value += 4) {
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(value), v128.load(b)));
      c1 = f32x4.add(c1, f32x4.mul(v128.load32_splat(value), v128.load(b, 16)));
      b += bRow;
    }
    a += aSegment;
  }
  v128.store(c, f32x4.pmin(f32x4.pmax(c0, least), most));
  v128.store(c, f32x4.pmin(f32x4.pmax(c1, least), most), 16);
}

function tile1x4(
  c: usize,
  bias: usize,
  a: usize,
  aSegment: usize,
  b: usize,
  bRow: usize,
  segments: i32,
  run: i32,
  least: v128,
  most: v128,
): void {
  let c0 = v128.load(bias);
  for (let segment = 0; segment < segments; segment++) {
    const end = a + ((<usize>run) << 2);
    for (let value = a; value < end; value += 4) {
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(value), v128.load(b)));
      b += bRow;
    }
    a += aSegment;
  }
  v128.store(c, f32x4.pmin(f32x4.pmax(c0, least), most));
}
