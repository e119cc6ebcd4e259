/**
 * One step of Adam over `count` floats, a multiple of 4, in place:
 * m = beta1·m + (1 − beta1)·g, v = beta2·v + (1 − beta2)·g²,
 * w −= rate · (m / correction1) / (√(v / correction2) + epsilon).
 *
 * The corrections 1 − betaᵗ come as reciprocals, because a division costs as much as all the rest.
 * Source: `AdamOptimizer.applyGradients`, tfjs-core/src/optimizers/adam_optimizer.ts.
 */
export function adam(
  w: usize,
  m: usize,
  v: usize,
  g: usize,
  count: i32,
  beta1: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  rate: f32,
  inverseCorrection1: f32,
  inverseCorrection2: f32,
  epsilon: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const a1 = f32x4.splat(oneMinusBeta1);
  const a2 = f32x4.splat(oneMinusBeta2);
  const minusRate = f32x4.splat(-rate);
  const i1 = f32x4.splat(inverseCorrection1);
  const i2 = f32x4.splat(inverseCorrection2);
  const eps = f32x4.splat(epsilon);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    const gradient = v128.load(g + at);
    const mean = f32x4.add(f32x4.mul(v128.load(m + at), b1), f32x4.mul(gradient, a1));
    const square = f32x4.mul(f32x4.mul(gradient, gradient), a2);
    const variance = f32x4.add(f32x4.mul(v128.load(v + at), b2), square);
    v128.store(m + at, mean);
    v128.store(v + at, variance);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(variance, i2)), eps);
    const step = f32x4.mul(f32x4.div(f32x4.mul(mean, i1), root), minusRate);
    v128.store(w + at, f32x4.add(step, v128.load(w + at)));
  }
}
