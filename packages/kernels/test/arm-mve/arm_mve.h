/*
 * What kernels use of Helium's intrinsics, in C, so that these kernels run on any machine and its sanitizers judge them.
 * Written from the instructions' descriptions: Armv8-M Architecture Reference Manual, C2.4.
 */
#ifndef SMG_TEST_ARM_MVE_H
#define SMG_TEST_ARM_MVE_H

#include <stdint.h>

typedef struct { int8_t lane[16]; } int8x16_t;
typedef struct { int16_t lane[8]; } int16x8_t;
typedef struct { int32_t lane[4]; } int32x4_t;
typedef uint16_t mve_pred16_t; /* a bit for each byte */

static inline mve_pred16_t smg_test_first(uint32_t lanes, uint32_t bytes_per_lane) {
  const uint32_t bits = lanes * bytes_per_lane;
  return (mve_pred16_t)(bits >= 16 || lanes >= 16 ? 0xffffu : (1u << bits) - 1u);
}

static inline mve_pred16_t vctp8q(uint32_t count) { return smg_test_first(count, 1); }
static inline mve_pred16_t vctp16q(uint32_t count) { return smg_test_first(count, 2); }
static inline mve_pred16_t vctp32q(uint32_t count) { return smg_test_first(count, 4); }

/* Lanes that do not count are 0, and nothing is read for them. */
#define SMG_TEST_LOAD(name, vector, count, bits_per_lane, element)                      \
  static inline vector name(const element *from, mve_pred16_t lanes) {                  \
    vector result;                                                                      \
    for (int i = 0; i < (count); i++) {                                                 \
      result.lane[i] = lanes >> ((bits_per_lane) * i) & 1 ? from[i] : (element)0;       \
    }                                                                                   \
    return result;                                                                      \
  }
SMG_TEST_LOAD(vldrbq_z_s8, int8x16_t, 16, 1, int8_t)
SMG_TEST_LOAD(vldrbq_z_s16, int16x8_t, 8, 2, int8_t)
SMG_TEST_LOAD(vldrbq_z_s32, int32x4_t, 4, 4, int8_t)
SMG_TEST_LOAD(vldrwq_z_s32, int32x4_t, 4, 4, int32_t)

static inline int8x16_t vldrbq_s8(const int8_t *from) { return vldrbq_z_s8(from, 0xffff); }
static inline int16x8_t vldrbq_s16(const int8_t *from) { return vldrbq_z_s16(from, 0xffff); }
static inline int32x4_t vldrbq_s32(const int8_t *from) { return vldrbq_z_s32(from, 0xffff); }
static inline int32x4_t vldrwq_s32(const int32_t *from) { return vldrwq_z_s32(from, 0xffff); }

/* Stores the lowest byte of each lane. */
#define SMG_TEST_STORE(name, vector, count, bits_per_lane)                              \
  static inline void name(int8_t *to, vector value, mve_pred16_t lanes) {               \
    for (int i = 0; i < (count); i++) {                                                 \
      if (lanes >> ((bits_per_lane) * i) & 1) { to[i] = (int8_t)(value.lane[i] & 0xff); } \
    }                                                                                   \
  }
SMG_TEST_STORE(vstrbq_p_s8, int8x16_t, 16, 1)
SMG_TEST_STORE(vstrbq_p_s16, int16x8_t, 8, 2)
SMG_TEST_STORE(vstrbq_p_s32, int32x4_t, 4, 4)

static inline void vstrbq_s32(int8_t *to, int32x4_t value) { vstrbq_p_s32(to, value, 0xffff); }

static inline int8x16_t vdupq_n_s8(int8_t value) {
  int8x16_t result;
  for (int i = 0; i < 16; i++) { result.lane[i] = value; }
  return result;
}

static inline int16x8_t vdupq_n_s16(int16_t value) {
  int16x8_t result;
  for (int i = 0; i < 8; i++) { result.lane[i] = value; }
  return result;
}

static inline int32_t smg_test_wrapped(int64_t x) { return (int32_t)(uint32_t)(uint64_t)x; }

/* The sum of all products of lanes, added to a number. */
static inline int32_t vmladavaq_s8(int32_t sum, int8x16_t a, int8x16_t b) {
  int64_t result = sum;
  for (int i = 0; i < 16; i++) { result += a.lane[i] * b.lane[i]; }
  return smg_test_wrapped(result);
}

#define SMG_TEST_LANES(name, expression)                                                \
  static inline int32x4_t name(int32x4_t a, int32x4_t b) {                              \
    int32x4_t result;                                                                   \
    for (int i = 0; i < 4; i++) {                                                       \
      const int32_t x = a.lane[i];                                                      \
      const int32_t y = b.lane[i];                                                      \
      result.lane[i] = (expression);                                                    \
    }                                                                                   \
    return result;                                                                      \
  }
SMG_TEST_LANES(vaddq_s32, smg_test_wrapped((int64_t)x + y))
SMG_TEST_LANES(vandq_s32, x & y)
SMG_TEST_LANES(vmaxq_s32, x > y ? x : y)
SMG_TEST_LANES(vminq_s32, x < y ? x : y)
/* Twice the product, rounded half up, its upper half; only of -2^31 and itself does it not fit, which saturates. */
SMG_TEST_LANES(vqrdmulhq_s32, x == INT32_MIN && y == INT32_MIN ? INT32_MAX
                                                               : (int32_t)(((int64_t)x * y + (1 << 30)) >> 31))
/* To the left, or rounded half up to the right. */
SMG_TEST_LANES(vrshlq_s32, y >= 0 ? smg_test_wrapped((int64_t)x * ((int64_t)1 << (y & 31)))
                                  : smg_test_wrapped(((int64_t)x + ((int64_t)1 << (-y - 1))) >> -y))

static inline int32x4_t vshrq_n_s32(int32x4_t a, int32_t bits) {
  for (int i = 0; i < 4; i++) { a.lane[i] >>= bits; }
  return a;
}

/* Products of the even lanes (bottom), and of the odd ones (top). */
static inline int32x4_t vmullbq_int_s16(int16x8_t a, int16x8_t b) {
  int32x4_t result;
  for (int i = 0; i < 4; i++) { result.lane[i] = a.lane[2 * i] * b.lane[2 * i]; }
  return result;
}

static inline int32x4_t vmulltq_int_s16(int16x8_t a, int16x8_t b) {
  int32x4_t result;
  for (int i = 0; i < 4; i++) { result.lane[i] = a.lane[2 * i + 1] * b.lane[2 * i + 1]; }
  return result;
}

/* The lower halves of b become the even lanes, or the odd ones. */
static inline int16x8_t vmovnbq_s32(int16x8_t a, int32x4_t b) {
  for (int i = 0; i < 4; i++) { a.lane[2 * i] = (int16_t)(b.lane[i] & 0xffff); }
  return a;
}

static inline int16x8_t vmovntq_s32(int16x8_t a, int32x4_t b) {
  for (int i = 0; i < 4; i++) { a.lane[2 * i + 1] = (int16_t)(b.lane[i] & 0xffff); }
  return a;
}

#endif
