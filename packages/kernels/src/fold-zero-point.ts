/**
 * What `Σ weights · zeroPoint` of each row adds to a sum of products, so that the loop can multiply stored integers.
 *
 * `Σ weights · (x − zeroPoint)` is `Σ weights · x` minus a constant, which joins the bias. int32 wraps, as the sum does.
 * bias [rows], weights [rows, depth] → [rows]
 */
export function foldZeroPoint(
  bias: Int32Array,
  weights: Int8Array | Int16Array,
  zeroPoint: number,
): Int32Array {
  const depth = weights.length / bias.length;
  return bias.map((value, row) => {
    let sum = 0;
    for (let i = row * depth; i < (row + 1) * depth; i++) sum += weights[i]!;
    return value - zeroPoint * sum;
  });
}
