/*
 * What kernels use of Arm's C Language Extensions, in C, so that DSP kernels run on any machine and its sanitizers judge
 * them. Written from the instructions' descriptions: Armv7-M Architecture Reference Manual, A7.7.
 */
#ifndef SMG_TEST_ARM_ACLE_H
#define SMG_TEST_ARM_ACLE_H

#include <stdint.h>

typedef int32_t int8x4_t;
typedef uint32_t uint8x4_t;
typedef int32_t int16x2_t;

static inline int32_t smg_test_byte(int32_t x, int32_t byte) {
  return (int8_t)(uint8_t)((uint32_t)x >> (8 * byte));
}

static inline int32_t smg_test_half(int32_t x, int32_t half) {
  return (int16_t)(uint16_t)((uint32_t)x >> (16 * half));
}

static inline int32_t smg_test_halves(int32_t low, int32_t high) {
  return (int32_t)(((uint32_t)low & 0xffffu) | (uint32_t)high << 16);
}

static inline int32_t smg_test_wrapped_sum(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int16x2_t __sxtb16(int8x4_t a) {
  return smg_test_halves(smg_test_byte(a, 0), smg_test_byte(a, 2));
}

static inline int16x2_t __sxtab16(int16x2_t a, int8x4_t b) {
  return smg_test_halves(smg_test_half(a, 0) + smg_test_byte(b, 0), smg_test_half(a, 1) + smg_test_byte(b, 2));
}

/* Wraps and sets the flag Q, which nobody reads. */
static inline int32_t __smlad(int16x2_t a, int16x2_t b, int32_t sum) {
  const int32_t low = smg_test_half(a, 0) * smg_test_half(b, 0);
  const int32_t high = smg_test_half(a, 1) * smg_test_half(b, 1);
  return smg_test_wrapped_sum(smg_test_wrapped_sum(sum, low), high);
}

static inline int32_t __smlabb(int32_t a, int32_t b, int32_t sum) {
  return smg_test_wrapped_sum(sum, smg_test_half(a, 0) * smg_test_half(b, 0));
}

static inline int32_t __smlatt(int32_t a, int32_t b, int32_t sum) {
  return smg_test_wrapped_sum(sum, smg_test_half(a, 1) * smg_test_half(b, 1));
}

static inline int32_t __ssat(int32_t x, int32_t bits) {
  const int32_t limit = (int32_t)((1u << (bits - 1)) - 1u);
  return x > limit ? limit : x < -limit - 1 ? -limit - 1 : x;
}

/* The flags GE, a bit for each byte. */
static uint32_t smg_test_greater_or_equal;

static inline int8x4_t __ssub8(int8x4_t a, int8x4_t b) {
  uint32_t result = 0;
  smg_test_greater_or_equal = 0;
  for (int32_t i = 0; i < 4; i++) {
    const int32_t difference = smg_test_byte(a, i) - smg_test_byte(b, i);
    result |= ((uint32_t)difference & 0xffu) << (8 * i);
    if (difference >= 0) { smg_test_greater_or_equal |= 1u << i; }
  }
  return (int32_t)result;
}

static inline uint8x4_t __sel(uint8x4_t a, uint8x4_t b) {
  uint32_t mask = 0;
  for (int32_t i = 0; i < 4; i++) {
    if (smg_test_greater_or_equal >> i & 1u) { mask |= 0xffu << (8 * i); }
  }
  return (a & mask) | (b & ~mask);
}

#endif
