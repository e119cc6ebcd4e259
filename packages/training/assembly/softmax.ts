/**
 * Softmax and cross-entropy of logits [count, classes], rows `rowBytes` apart, a multiple of 16.
 *
 * gradient, rows likewise: that of the mean loss, (softmax − one-hot) / count, and 0 behind the classes.
 * labels: [count] uint8. result: [0] the sum of the losses as a float64, [1] how many rows are largest,
 * and first to be, at their label, as a float64.
 */
export function softmaxCrossEntropy(
  logits: usize,
  gradient: usize,
  rowBytes: usize,
  labels: usize,
  result: usize,
  count: i32,
  classes: i32,
): void {
  let loss: f64 = 0;
  let correct: f64 = 0;
  const size = <f32>count;
  const end = (<usize>classes) << 2;
  for (let row = 0; row < count; row++) {
    const label = (<usize>load<u8>(labels + row)) << 2;
    let best: usize = 0;
    let most = load<f32>(logits);
    for (let at: usize = 4; at < end; at += 4) {
      const value = load<f32>(logits + at);
      if (value > most) {
        most = value;
        best = at;
      }
    }
    if (best == label) correct += 1;
    const peak = f32x4.splat(most);
    for (let at: usize = 0; at < rowBytes; at += 16) {
      v128.store(gradient + at, exp(f32x4.sub(v128.load(logits + at), peak)));
    }
    let sum: f32 = 0;
    for (let at: usize = 0; at < end; at += 4) sum += load<f32>(gradient + at);
    loss += Math.log(<f64>sum) + (<f64>most - <f64>load<f32>(logits + label));
    for (let at: usize = 0; at < end; at += 4) {
      const probability = load<f32>(gradient + at) / sum;
      store<f32>(gradient + at, (at == label ? probability - 1 : probability) / size);
    }
    for (let at = end; at < rowBytes; at += 4) store<f32>(gradient + at, 0);
    logits += rowBytes;
    gradient += rowBytes;
  }
  store<f64>(result, loss);
  store<f64>(result, correct, 8);
}

/**
 * Likewise with targets [count, classes], packed, instead of one-hot labels: a row's loss is −Σ target · log softmax, its
 * gradient (Σ target · softmax − target) / count.
 */
export function softmaxCrossEntropyOfTargets(
  logits: usize,
  gradient: usize,
  rowBytes: usize,
  labels: usize,
  result: usize,
  count: i32,
  classes: i32,
  targets: usize,
): void {
  let loss: f64 = 0;
  let correct: f64 = 0;
  const size = <f32>count;
  const end = (<usize>classes) << 2;
  for (let row = 0; row < count; row++) {
    let best: usize = 0;
    let most = load<f32>(logits);
    for (let at: usize = 4; at < end; at += 4) {
      const value = load<f32>(logits + at);
      if (value > most) {
        most = value;
        best = at;
      }
    }
    if (best == (<usize>load<u8>(labels + row)) << 2) correct += 1;
    const peak = f32x4.splat(most);
    for (let at: usize = 0; at < rowBytes; at += 16) {
      v128.store(gradient + at, exp(f32x4.sub(v128.load(logits + at), peak)));
    }
    let sum: f32 = 0;
    let total: f32 = 0;
    for (let at: usize = 0; at < end; at += 4) {
      sum += load<f32>(gradient + at);
      total += load<f32>(targets + at);
    }
    const logOfSum = Math.log(<f64>sum) + <f64>most;
    for (let at: usize = 0; at < end; at += 4) {
      const target = load<f32>(targets + at);
      loss += <f64>target * (logOfSum - <f64>load<f32>(logits + at));
      store<f32>(gradient + at, (total * (load<f32>(gradient + at) / sum) - target) / size);
    }
    for (let at = end; at < rowBytes; at += 4) store<f32>(gradient + at, 0);
    logits += rowBytes;
    gradient += rowBytes;
    targets += end;
  }
  store<f64>(result, loss);
  store<f64>(result, correct, 8);
}

/** In place, for tests: `exp` of count floats, a multiple of 4. */
export function exponentials(values: usize, count: i32): void {
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    v128.store(values + at, exp(v128.load(values + at)));
  }
}

/**
 * eˣ for x ≤ 0, within 1.2 units in the last place; below −87.3 the least it gives, 1.2e-38. NaN stays NaN.
 *
 * x = n·ln 2 + r with |r| ≤ ln 2 / 2, ln 2 in two parts so that r is exact, and a polynomial for eʳ.
 * Source of the method and the constants: expf, Cephes (S. Moshier).
 */
function exp(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-87.3));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  const exponent = i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127));
  return f32x4.mul(p, i32x4.shl(exponent, 23));
}
