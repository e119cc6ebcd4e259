/*
 * The loops of assembly/ in C with SSE2, for the study's two networks: what a compiler for this machine
 * makes of the same work. bench/engine.ts builds it, hands it weights and batches, and compares losses.
 *
 *     engine-loops FILE ROUNDS
 *
 * FILE: int32 isCnn, steps; floats in the engine's layout: all weights; per step images [32, 784], then
 * labels [32] as int32. Prints, for each round over all steps, seconds of processor time and the loss of
 * its last step.
 */
#include <emmintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { batch = 32, size = 28, pixels = size * size, classes = 10, units_out = 12 };
enum { channels = 8, pooled = 13, features = pooled * pooled * channels };

static float *floats(size_t count) {
  float *p = aligned_alloc(64, (count * 4 + 127) / 64 * 64);
  memset(p, 0, (count * 4 + 127) / 64 * 64);
  return p;
}

static __m128 select4(__m128 a, __m128 b, __m128 mask) {
  return _mm_or_ps(_mm_and_ps(mask, a), _mm_andnot_ps(mask, b));
}

static void store_pooled(__m128 v00, __m128 v01, __m128 v10, __m128 v11, const float *x, float *y, int32_t *patch,
                         const float *base) {
  __m128 upper = _mm_max_ps(v01, v00), lower = _mm_max_ps(v11, v10);
  _mm_store_ps(y, _mm_max_ps(_mm_setzero_ps(), _mm_max_ps(lower, upper)));
  __m128 is_lower = _mm_cmpgt_ps(lower, upper);
  __m128 is_right = select4(_mm_cmpgt_ps(v11, v10), _mm_cmpgt_ps(v01, v00), is_lower);
  __m128i down = _mm_and_si128(_mm_castps_si128(is_lower), _mm_set1_epi32(size));
  __m128i right = _mm_srli_epi32(_mm_castps_si128(is_right), 31);
  _mm_store_si128((__m128i *)patch, _mm_add_epi32(_mm_set1_epi32((int32_t)(x - base)), _mm_add_epi32(down, right)));
}

#define ROW_OF_TAPS(v0, v1, v2, v3, from, tap)                                                                      \
  {                                                                                                                 \
    __m128 f0 = _mm_load_ps(tap), f1 = _mm_load_ps(tap + channels), f2 = _mm_load_ps(tap + 2 * channels);           \
    __m128 x0 = _mm_set1_ps(from[0]), x1 = _mm_set1_ps(from[1]), x2 = _mm_set1_ps(from[2]);                         \
    __m128 x3 = _mm_set1_ps(from[3]), x4 = _mm_set1_ps(from[4]), x5 = _mm_set1_ps(from[5]);                         \
    v0 = _mm_add_ps(_mm_add_ps(_mm_add_ps(v0, _mm_mul_ps(x0, f0)), _mm_mul_ps(x1, f1)), _mm_mul_ps(x2, f2));        \
    v1 = _mm_add_ps(_mm_add_ps(_mm_add_ps(v1, _mm_mul_ps(x1, f0)), _mm_mul_ps(x2, f1)), _mm_mul_ps(x3, f2));        \
    v2 = _mm_add_ps(_mm_add_ps(_mm_add_ps(v2, _mm_mul_ps(x2, f0)), _mm_mul_ps(x3, f1)), _mm_mul_ps(x4, f2));        \
    v3 = _mm_add_ps(_mm_add_ps(_mm_add_ps(v3, _mm_mul_ps(x3, f0)), _mm_mul_ps(x4, f1)), _mm_mul_ps(x5, f2));        \
  }

static void conv_pool_forward(const float *x, const float *filter, const float *bias, float *y, int32_t *patches) {
  for (int image = 0; image < batch; image++) {
    for (int row = 0; row < pooled; row++) {
      for (int channel = 0; channel < channels; channel += 4) {
        for (int column = 0;; column += 2) {
          if (column > pooled - 2) column = pooled - 2;
          const float *corner = x + image * pixels + row * 2 * size + column * 2;
          const float *tap = filter + channel;
          __m128 initial = _mm_load_ps(bias + channel);
          __m128 u0 = initial, u1 = initial, u2 = initial, u3 = initial;
          __m128 l0 = initial, l1 = initial, l2 = initial, l3 = initial;
          for (int tap_row = 0; tap_row < 3; tap_row++) {
            const float *from = corner + tap_row * size, *row_taps = tap + tap_row * 3 * channels;
            ROW_OF_TAPS(u0, u1, u2, u3, from, row_taps)
          }
          for (int tap_row = 0; tap_row < 3; tap_row++) {
            const float *from = corner + (tap_row + 1) * size, *row_taps = tap + tap_row * 3 * channels;
            ROW_OF_TAPS(l0, l1, l2, l3, from, row_taps)
          }
          size_t to = ((size_t)(image * pooled + row) * pooled + column) * channels + channel;
          store_pooled(u0, u1, l0, l1, corner, y + to, patches + to, x);
          store_pooled(u2, u3, l2, l3, corner + 2, y + to + channels, patches + to + channels, x);
          if (column + 2 >= pooled) break;
        }
      }
    }
  }
}

static void conv_pool_filter_gradient(const float *x, const int32_t *patches, const float *dz, float *d_filter) {
  for (int channel = 0; channel < channels; channel += 2) {
    __m128 a0 = _mm_setzero_ps(), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0;
    for (size_t at = channel; at < (size_t)batch * features; at += channels) {
      const float *pa = x + patches[at], *pb = x + patches[at + 1];
      __m128 ga = _mm_set1_ps(dz[at]), gb = _mm_set1_ps(dz[at + 1]);
      a0 = _mm_add_ps(a0, _mm_mul_ps(ga, _mm_loadu_ps(pa)));
      b0 = _mm_add_ps(b0, _mm_mul_ps(gb, _mm_loadu_ps(pb)));
      a1 = _mm_add_ps(a1, _mm_mul_ps(ga, _mm_loadu_ps(pa + size)));
      b1 = _mm_add_ps(b1, _mm_mul_ps(gb, _mm_loadu_ps(pb + size)));
      a2 = _mm_add_ps(a2, _mm_mul_ps(ga, _mm_loadu_ps(pa + 2 * size)));
      b2 = _mm_add_ps(b2, _mm_mul_ps(gb, _mm_loadu_ps(pb + 2 * size)));
    }
    float taps[2][3][4];
    _mm_storeu_ps(taps[0][0], a0);
    _mm_storeu_ps(taps[0][1], a1);
    _mm_storeu_ps(taps[0][2], a2);
    _mm_storeu_ps(taps[1][0], b0);
    _mm_storeu_ps(taps[1][1], b1);
    _mm_storeu_ps(taps[1][2], b2);
    for (int c = 0; c < 2; c++)
      for (int tap = 0; tap < 9; tap++) d_filter[tap * channels + channel + c] = taps[c][tap / 3][tap % 3];
  }
}

static float lanes(__m128 v) {
  float f[4];
  _mm_storeu_ps(f, v);
  return f[0] + f[1] + (f[2] + f[3]);
}

static float clamp(float v, float lo) { return v < lo ? lo : v; }

static void dense_forward(const float *x, const float *w, const float *bias, float *y, int depth, int units, float lo) {
  for (int row = 0; row < batch; row += 4) {
    for (int unit = 0; unit < units; unit += 2) {
      const float *x0 = x + row * depth, *x1 = x0 + depth, *x2 = x1 + depth, *x3 = x2 + depth;
      const float *w0 = w + unit * depth, *w1 = w0 + depth;
      __m128 s00 = _mm_setzero_ps(), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      for (int k = 0; k < depth; k += 4) {
        __m128 wa = _mm_load_ps(w0 + k), wb = _mm_load_ps(w1 + k), v = _mm_load_ps(x0 + k);
        s00 = _mm_add_ps(s00, _mm_mul_ps(v, wa));
        s01 = _mm_add_ps(s01, _mm_mul_ps(v, wb));
        v = _mm_load_ps(x1 + k);
        s10 = _mm_add_ps(s10, _mm_mul_ps(v, wa));
        s11 = _mm_add_ps(s11, _mm_mul_ps(v, wb));
        v = _mm_load_ps(x2 + k);
        s20 = _mm_add_ps(s20, _mm_mul_ps(v, wa));
        s21 = _mm_add_ps(s21, _mm_mul_ps(v, wb));
        v = _mm_load_ps(x3 + k);
        s30 = _mm_add_ps(s30, _mm_mul_ps(v, wa));
        s31 = _mm_add_ps(s31, _mm_mul_ps(v, wb));
      }
      float *to = y + row * units + unit, b0 = bias[unit], b1 = bias[unit + 1];
      to[0] = clamp(b0 + lanes(s00), lo);
      to[1] = clamp(b1 + lanes(s01), lo);
      to[units] = clamp(b0 + lanes(s10), lo);
      to[units + 1] = clamp(b1 + lanes(s11), lo);
      to[2 * units] = clamp(b0 + lanes(s20), lo);
      to[2 * units + 1] = clamp(b1 + lanes(s21), lo);
      to[3 * units] = clamp(b0 + lanes(s30), lo);
      to[3 * units + 1] = clamp(b1 + lanes(s31), lo);
    }
  }
}

/* C[4, 8] = the sum over p of A(p, 0..3) and B(p, 0..7) */
static void tile4x8(float *c, int c_row, const float *a, int a_row, int a_step, const float *b, int b_step, int length) {
  __m128 c00 = _mm_setzero_ps(), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (int p = 0; p < length; p++) {
    __m128 b0 = _mm_load_ps(b), b1 = _mm_load_ps(b + 4), v = _mm_set1_ps(a[0]);
    c00 = _mm_add_ps(c00, _mm_mul_ps(v, b0));
    c01 = _mm_add_ps(c01, _mm_mul_ps(v, b1));
    v = _mm_set1_ps(a[a_row]);
    c10 = _mm_add_ps(c10, _mm_mul_ps(v, b0));
    c11 = _mm_add_ps(c11, _mm_mul_ps(v, b1));
    v = _mm_set1_ps(a[2 * a_row]);
    c20 = _mm_add_ps(c20, _mm_mul_ps(v, b0));
    c21 = _mm_add_ps(c21, _mm_mul_ps(v, b1));
    v = _mm_set1_ps(a[3 * a_row]);
    c30 = _mm_add_ps(c30, _mm_mul_ps(v, b0));
    c31 = _mm_add_ps(c31, _mm_mul_ps(v, b1));
    a += a_step;
    b += b_step;
  }
  _mm_store_ps(c, c00);
  _mm_store_ps(c + 4, c01);
  _mm_store_ps(c + c_row, c10);
  _mm_store_ps(c + c_row + 4, c11);
  _mm_store_ps(c + 2 * c_row, c20);
  _mm_store_ps(c + 2 * c_row + 4, c21);
  _mm_store_ps(c + 3 * c_row, c30);
  _mm_store_ps(c + 3 * c_row + 4, c31);
}

static void tile4x4(float *c, int c_row, const float *a, int a_row, int a_step, const float *b, int b_step, int length) {
  __m128 c0 = _mm_setzero_ps(), c1 = c0, c2 = c0, c3 = c0;
  for (int p = 0; p < length; p++) {
    __m128 v = _mm_load_ps(b);
    c0 = _mm_add_ps(c0, _mm_mul_ps(_mm_set1_ps(a[0]), v));
    c1 = _mm_add_ps(c1, _mm_mul_ps(_mm_set1_ps(a[a_row]), v));
    c2 = _mm_add_ps(c2, _mm_mul_ps(_mm_set1_ps(a[2 * a_row]), v));
    c3 = _mm_add_ps(c3, _mm_mul_ps(_mm_set1_ps(a[3 * a_row]), v));
    a += a_step;
    b += b_step;
  }
  _mm_store_ps(c, c0);
  _mm_store_ps(c + c_row, c1);
  _mm_store_ps(c + 2 * c_row, c2);
  _mm_store_ps(c + 3 * c_row, c3);
}

static void matrix(float *c, const float *a, int a_row, int a_step, const float *b, int rows, int columns, int length) {
  int column = 0;
  for (; column + 8 <= columns; column += 8)
    for (int row = 0; row < rows; row += 4)
      tile4x8(c + row * columns + column, columns, a + row * a_row, a_row, a_step, b + column, columns, length);
  if (column < columns)
    for (int row = 0; row < rows; row += 4)
      tile4x4(c + row * columns + column, columns, a + row * a_row, a_row, a_step, b + column, columns, length);
}

static void dense_weight_gradient(const float *dz, const float *x, float *dw, int depth, int units) {
  matrix(dw, dz, 1, units, x, units, depth, batch);
}

static void dense_input_gradient(const float *dz, const float *w, float *dx, int depth, int units) {
  matrix(dx, dz, units, 1, w, batch, depth, units);
}

/* dz = dy where relu let the value through; sum over positions */
static void through_relu(float *dy, const float *y, float *sum, int positions, int width) {
  memset(sum, 0, width * 4);
  for (int at = 0; at < width; at += 4) {
    __m128 total = _mm_setzero_ps();
    for (int p = 0; p < positions; p++) {
      __m128 inside = _mm_cmpgt_ps(_mm_load_ps(y + p * width + at), _mm_setzero_ps());
      __m128 dz = _mm_and_ps(_mm_load_ps(dy + p * width + at), inside);
      _mm_store_ps(dy + p * width + at, dz);
      total = _mm_add_ps(total, dz);
    }
    _mm_store_ps(sum + at, total);
  }
}

static double softmax(const float *logits, float *gradient, const int32_t *labels, float *bias_gradient) {
  double loss = 0;
  for (int row = 0; row < batch; row++) {
    const float *from = logits + row * units_out;
    float *to = gradient + row * units_out, most = from[0], sum = 0;
    for (int c = 1; c < classes; c++)
      if (from[c] > most) most = from[c];
    for (int c = 0; c < classes; c++) sum += to[c] = expf(from[c] - most);
    loss += log(sum) + most - from[labels[row]];
    for (int c = 0; c < classes; c++) to[c] = (to[c] / sum - (c == labels[row])) / batch;
  }
  memset(bias_gradient, 0, units_out * 4);
  for (int row = 0; row < batch; row++)
    for (int c = 0; c < units_out; c++) bias_gradient[c] += gradient[row * units_out + c];
  return loss / batch;
}

static void adam(float *w, float *m, float *v, const float *g, int count, double power1, double power2) {
  __m128 b1 = _mm_set1_ps(0.9f), b2 = _mm_set1_ps(0.999f), a1 = _mm_set1_ps(0.1f), a2 = _mm_set1_ps(0.001f);
  __m128 i1 = _mm_set1_ps(1 / (1 - power1)), i2 = _mm_set1_ps(1 / (1 - power2));
  for (int at = 0; at < count; at += 4) {
    __m128 gradient = _mm_load_ps(g + at);
    __m128 mean = _mm_add_ps(_mm_mul_ps(_mm_load_ps(m + at), b1), _mm_mul_ps(gradient, a1));
    __m128 variance =
        _mm_add_ps(_mm_mul_ps(_mm_load_ps(v + at), b2), _mm_mul_ps(_mm_mul_ps(gradient, gradient), a2));
    _mm_store_ps(m + at, mean);
    _mm_store_ps(v + at, variance);
    __m128 root = _mm_add_ps(_mm_sqrt_ps(_mm_mul_ps(variance, i2)), _mm_set1_ps(1e-7f));
    __m128 step = _mm_mul_ps(_mm_div_ps(_mm_mul_ps(mean, i1), root), _mm_set1_ps(-1e-3f));
    _mm_store_ps(w + at, _mm_add_ps(step, _mm_load_ps(w + at)));
  }
}

int main(int argc, char **argv) {
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  int32_t header[2];
  if (file == NULL || fread(header, 4, 2, file) != 2) return 1;
  const int is_cnn = header[0], steps = header[1];
  const int depth = is_cnn ? features : pixels, hidden = is_cnn ? 16 : 28;
  const int conv = is_cnn ? 9 * channels : 0, conv_bias = is_cnn ? channels : 0;
  const int w1 = conv + conv_bias, b1 = w1 + depth * hidden, w2 = b1 + hidden;
  const int b2 = w2 + hidden * units_out, count = b2 + units_out;
  float *w = floats(count), *m = floats(count), *v = floats(count), *g = floats(count);
  float *images = floats((size_t)steps * batch * pixels);
  int32_t *labels = malloc((size_t)steps * batch * 4);
  if (fread(w, 4, count, file) != (size_t)count) return 1;
  for (int step = 0; step < steps; step++) {
    if (fread(images + (size_t)step * batch * pixels, 4, batch * pixels, file) != batch * pixels) return 1;
    if (fread(labels + step * batch, 4, batch, file) != batch) return 1;
  }
  float *x = floats(batch * pixels), *y0 = floats(batch * features), *d0 = floats(batch * features);
  int32_t *patches = (int32_t *)floats(batch * features);
  float *y1 = floats(batch * hidden), *d1 = floats(batch * hidden);
  float *y2 = floats(batch * units_out), *d2 = floats(batch * units_out);
  double power1 = 1, power2 = 1;
  for (int round = 0; round < atoi(argv[2]); round++) {
    clock_t start = clock();
    double loss = 0;
    for (int step = 0; step < steps; step++) {
      memcpy(x, images + (size_t)step * batch * pixels, batch * pixels * 4);
      const float *in = is_cnn ? y0 : x;
      if (is_cnn) conv_pool_forward(x, w, w + conv, y0, patches);
      dense_forward(in, w + w1, w + b1, y1, depth, hidden, 0);
      dense_forward(y1, w + w2, w + b2, y2, hidden, units_out, -INFINITY);
      loss = softmax(y2, d2, labels + step * batch, g + b2);
      dense_weight_gradient(d2, y1, g + w2, hidden, units_out);
      dense_input_gradient(d2, w + w2, d1, hidden, units_out);
      through_relu(d1, y1, g + b1, batch, hidden);
      dense_weight_gradient(d1, in, g + w1, depth, hidden);
      if (is_cnn) {
        dense_input_gradient(d1, w + w1, d0, depth, hidden);
        through_relu(d0, y0, g + conv, batch * pooled * pooled, channels);
        conv_pool_filter_gradient(x, patches, d0, g);
      }
      power1 *= 0.9;
      power2 *= 0.999;
      adam(w, m, v, g, count, power1, power2);
    }
    printf("%.9f %.9f\n", (double)(clock() - start) / CLOCKS_PER_SEC, loss);
  }
  return 0;
}
