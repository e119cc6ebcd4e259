/**
 * C (+)= Aᵀ·B, the product that gradients of weights are: the sum over all `segments · run` positions of
 * an outer product of `rows` floats of A and `columns` floats of B.
 *
 * A: position p of segment s begins at `a + s·aSegment + p·aStep`; B likewise. C: [rows, columns], rows
 * `cRow` apart, added to if `accumulate`. All distances are in bytes; `columns` is a multiple of 4.
 *
 * Each value is one sum in the order of the positions, whatever the tile it was computed in.
 */
export function matrixColumns(
  c: usize,
  cRow: usize,
  accumulate: bool,
  a: usize,
  aStep: usize,
  aSegment: usize,
  b: usize,
  bStep: usize,
  bSegment: usize,
  rows: i32,
  columns: i32,
  segments: i32,
  run: i32,
): void {
  let column = 0;
  for (; column + 8 <= columns; column += 8) {
    const at = (<usize>column) << 2;
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      tile4x8(
        c + row * cRow + at,
        cRow,
        accumulate,
        a + ((<usize>row) << 2),
        aStep,
        aSegment,
        b + at,
        bStep,
        bSegment,
        segments,
        run,
      );
    }
    if (rows - row == 3) {
      tile3x8(
        c + row * cRow + at,
        cRow,
        accumulate,
        a + ((<usize>row) << 2),
        aStep,
        aSegment,
        b + at,
        bStep,
        bSegment,
        segments,
        run,
      );
      continue;
    }
    for (; row < rows; row++) {
      tile1x8(
        c + row * cRow + at,
        accumulate,
        a + ((<usize>row) << 2),
        aStep,
        aSegment,
        b + at,
        bStep,
        bSegment,
        segments,
        run,
      );
    }
  }
  if (column == columns) return;
  const at = (<usize>column) << 2;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    tile4x4(
      c + row * cRow + at,
      cRow,
      accumulate,
      a + ((<usize>row) << 2),
      aStep,
      aSegment,
      b + at,
      bStep,
      bSegment,
      segments,
      run,
    );
  }
  for (; row < rows; row++) {
    tile1x4(
      c + row * cRow + at,
      accumulate,
      a + ((<usize>row) << 2),
      aStep,
      aSegment,
      b + at,
      bStep,
      bSegment,
      segments,
      run,
    );
  }
}

function tile4x8(
  c: usize,
  cRow: usize,
  accumulate: bool,
  a: usize,
  aStep: usize,
  aSegment: usize,
  b: usize,
  bStep: usize,
  bSegment: usize,
  segments: i32,
  run: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let segment = 0; segment < segments; segment++) {
    let pa = a;
    let pb = b;
    for (let position = run; position > 0; position--) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      let value = v128.load32_splat(pa);
      c00 = f32x4.add(c00, f32x4.mul(value, b0));
      c01 = f32x4.add(c01, f32x4.mul(value, b1));
      value = v128.load32_splat(pa, 4);
      c10 = f32x4.add(c10, f32x4.mul(value, b0));
      c11 = f32x4.add(c11, f32x4.mul(value, b1));
      value = v128.load32_splat(pa, 8);
      c20 = f32x4.add(c20, f32x4.mul(value, b0));
      c21 = f32x4.add(c21, f32x4.mul(value, b1));
      value = v128.load32_splat(pa, 12);
      c30 = f32x4.add(c30, f32x4.mul(value, b0));
      c31 = f32x4.add(c31, f32x4.mul(value, b1));
      pa += aStep;
      pb += bStep;
    }
    a += aSegment;
    b += bSegment;
  }
  if (accumulate) {
    c00 = f32x4.add(c00, v128.load(c));
    c01 = f32x4.add(c01, v128.load(c, 16));
    c10 = f32x4.add(c10, v128.load(c + cRow));
    c11 = f32x4.add(c11, v128.load(c + cRow, 16));
    c20 = f32x4.add(c20, v128.load(c + cRow * 2));
    c21 = f32x4.add(c21, v128.load(c + cRow * 2, 16));
    c30 = f32x4.add(c30, v128.load(c + cRow * 3));
    c31 = f32x4.add(c31, v128.load(c + cRow * 3, 16));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

function tile3x8(
  c: usize,
  cRow: usize,
  accumulate: bool,
  a: usize,
  aStep: usize,
  aSegment: usize,
  b: usize,
  bStep: usize,
  bSegment: usize,
  segments: i32,
  run: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  for (let segment = 0; segment < segments; segment++) {
    let pa = a;
    let pb = b;
    for (let position = run; position > 0; position--) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      let value = v128.load32_splat(pa);
      c00 = f32x4.add(c00, f32x4.mul(value, b0));
      c01 = f32x4.add(c01, f32x4.mul(value, b1));
      value = v128.load32_splat(pa, 4);
      c10 = f32x4.add(c10, f32x4.mul(value, b0));
      c11 = f32x4.add(c11, f32x4.mul(value, b1));
      value = v128.load32_splat(pa, 8);
      c20 = f32x4.add(c20, f32x4.mul(value, b0));
      c21 = f32x4.add(c21, f32x4.mul(value, b1));
      pa += aStep;
      pb += bStep;
    }
    a += aSegment;
    b += bSegment;
  }
  if (accumulate) {
    c00 = f32x4.add(c00, v128.load(c));
    c01 = f32x4.add(c01, v128.load(c, 16));
    c10 = f32x4.add(c10, v128.load(c + cRow));
    c11 = f32x4.add(c11, v128.load(c + cRow, 16));
    c20 = f32x4.add(c20, v128.load(c + cRow * 2));
    c21 = f32x4.add(c21, v128.load(c + cRow * 2, 16));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
}

function tile1x8(
  c: usize,
  accumulate: bool,
  a: usize,
  aStep: usize,
  aSegment: usize,
  b: usize,
  bStep: usize,
  bSegment: usize,
  segments: i32,
  run: i32,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  for (let segment = 0; segment < segments; segment++) {
    let pa = a;
    let pb = b;
    for (let position = run; position > 0; position--) {
      const value = v128.load32_splat(pa);
      c0 = f32x4.add(c0, f32x4.mul(value, v128.load(pb)));
      c1 = f32x4.add(c1, f32x4.mul(value, v128.load(pb, 16)));
      pa += aStep;
      pb += bStep;
    }
    a += aSegment;
    b += bSegment;
  }
  if (accumulate) {
    c0 = f32x4.add(c0, v128.load(c));
    c1 = f32x4.add(c1, v128.load(c, 16));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

function tile4x4(
  c: usize,
  cRow: usize,
  accumulate: bool,
  a: usize,
  aStep: usize,
  aSegment: usize,
  b: usize,
  bStep: usize,
  bSegment: usize,
  segments: i32,
  run: i32,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (let segment = 0; segment < segments; segment++) {
    let pa = a;
    let pb = b;
    for (let position = run; position > 0; position--) {
      const b0 = v128.load(pb);
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(pa), b0));
      c1 = f32x4.add(c1, f32x4.mul(v128.load32_splat(pa, 4), b0));
      c2 = f32x4.add(c2, f32x4.mul(v128.load32_splat(pa, 8), b0));
      c3 = f32x4.add(c3, f32x4.mul(v128.load32_splat(pa, 12), b0));
      pa += aStep;
      pb += bStep;
    }
    a += aSegment;
    b += bSegment;
  }
  if (accumulate) {
    c0 = f32x4.add(c0, v128.load(c));
    c1 = f32x4.add(c1, v128.load(c + cRow));
    c2 = f32x4.add(c2, v128.load(c + cRow * 2));
    c3 = f32x4.add(c3, v128.load(c + cRow * 3));
  }
  v128.store(c, c0);
  c += cRow;
  v128.store(c, c1);
  c += cRow;
  v128.store(c, c2);
  c += cRow;
  v128.store(c, c3);
}

function tile1x4(
  c: usize,
  accumulate: bool,
  a: usize,
  aStep: usize,
  aSegment: usize,
  b: usize,
  bStep: usize,
  bSegment: usize,
  segments: i32,
  run: i32,
): void {
  let c0 = f32x4.splat(0);
  for (let segment = 0; segment < segments; segment++) {
    let pa = a;
    let pb = b;
    for (let position = run; position > 0; position--) {
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(pa), v128.load(pb)));
      pa += aStep;
      pb += bStep;
    }
    a += aSegment;
    b += bSegment;
  }
  if (accumulate) c0 = f32x4.add(c0, v128.load(c));
  v128.store(c, c0);
}
