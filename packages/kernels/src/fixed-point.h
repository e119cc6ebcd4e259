/*
 * Fixed-point arithmetic of integer kernels, bit for bit as fixed-point.ts has it.
 *
 * Needs 8-bit bytes, two's complement, a right shift that keeps the sign, and conversions to a narrower signed type
 * that wrap. Every compiler for a microcontroller has them; all but the last are checked below.
 */
#ifndef SMG_FIXED_POINT_H
#define SMG_FIXED_POINT_H

#include <stdint.h>

/* C99 has no static assertion; an array of -1 elements is refused by every compiler. */
#define SMG_REQUIRE(name, condition) typedef char smg_requires_##name[(condition) ? 1 : -1]

SMG_REQUIRE(bytes_of_8_bits, (unsigned char)-1 == 255);
SMG_REQUIRE(arithmetic_right_shift, ((int32_t)-3 >> 1) == (int32_t)-2);
SMG_REQUIRE(twos_complement, (-1 & 3) == 3);

/* Sums wrap, as in every interpreter; in C only unsigned integers do. */
static inline int32_t smg_add(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* Keeps a compiler from computing the sums behind this point before those in front of it are done. */
#if defined(__GNUC__)
#define SMG_KEEP_ORDER(sum) __asm__("" : "+r"(sum))
#else
#define SMG_KEEP_ORDER(sum) ((void)(sum))
#endif

static inline int32_t smg_clamp(int32_t x, int32_t min, int32_t max) {
  return x < min ? min : x > max ? max : x;
}

/* x + zero_point, limited; x may be any int32. */
static inline int32_t smg_to_range(int32_t x, int32_t zero_point, int32_t min, int32_t max) {
  return smg_clamp(x, min - zero_point, max - zero_point) + zero_point;
}

/* Names of what is made for several types: smg_ and the argument, once that has been replaced. */
#define SMG_NAME(kernel) SMG_JOIN(smg_, kernel)
#define SMG_JOIN(a, b) SMG_JOIN_TOKENS(a, b)
#define SMG_JOIN_TOKENS(a, b) a##b

/* Whether a product of 64 bits is an instruction, and not a call. */
#if !defined(SMG_LONG_MULTIPLY)
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__) || defined(__AVR__) || defined(__MSP430__)
#define SMG_LONG_MULTIPLY 0
#else
#define SMG_LONG_MULTIPLY 1
#endif
#endif

/* (a * b + 2^30) >> 31: the product of two fractions in Q0.31, rounded half up. b is not negative. */
static inline int32_t smg_high_multiply(int32_t a, int32_t b) {
#if SMG_LONG_MULTIPLY
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
#else
  /* Four products of 16 bits; no sum of them leaves 32 bits. */
  const uint32_t a_low = (uint32_t)a & 0xffffu;
  const uint32_t b_low = (uint32_t)b & 0xffffu;
  const int32_t a_high = a >> 16;
  const int32_t b_high = b >> 16;
  const uint32_t low = a_low * b_low;
  const int32_t mid = a_high * (int32_t)b_low + (int32_t)(low >> 16);
  const int32_t mid2 = (int32_t)a_low * b_high + (int32_t)((uint32_t)mid & 0xffffu);
  const int32_t high = a_high * b_high + (mid >> 16) + (mid2 >> 16);
  const uint32_t rest = ((uint32_t)mid2 << 16) | (low & 0xffffu);
  return (int32_t)(((uint32_t)high << 1) + (((rest >> 30) + 1u) >> 1));
#endif
}

/* x / 2^exponent, rounded half away from zero. exponent: 0 to 31; x: above INT32_MIN, below INT32_MAX for 1. */
static inline int32_t smg_shift_right(int32_t x, int32_t exponent) {
  if (exponent == 0) { return x; }
  return (((x + (x >> 31)) >> (exponent - 1)) + 1) >> 1;
}

/* x * multiplier * 2^(shift - 31), rounded half up by the product and half away from zero by the shift. */
static inline int32_t smg_scale(int32_t x, int32_t multiplier, int32_t shift) {
  if (shift >= 0) { return smg_high_multiply((int32_t)((uint32_t)x << shift), multiplier); }
  return smg_shift_right(smg_high_multiply(x, multiplier), -shift);
}

#endif
