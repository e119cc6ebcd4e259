/*
 * A 32-bit counter that runs upward, inlined where it is read: what is counted must not hold a call of ours.
 * How many ticks an instruction takes is known to whoever starts the emulator.
 */
#ifndef HARNESS_TIMER_H
#define HARNESS_TIMER_H

#include <stdint.h>

static inline volatile uint32_t *harness_register(uint32_t address)
{
  return (volatile uint32_t *)(uintptr_t)address;
}

#if defined(HARNESS_TIMER_CMSDK)
/*
 * The first timer of Arm's MPS2 boards, which counts down.
 * Source: Cortex-M System Design Kit, technical reference manual, APB timer.
 */
static inline void harness_timer_start(void)
{
  *harness_register(HARNESS_TIMER_CMSDK + 0x8u) = 0xffffffffu; /* RELOAD */
  *harness_register(HARNESS_TIMER_CMSDK + 0x4u) = 0xffffffffu; /* VALUE */
  *harness_register(HARNESS_TIMER_CMSDK + 0x0u) = 1u;          /* CTRL: enable */
}

static inline uint32_t harness_timer_now(void)
{
  return ~*harness_register(HARNESS_TIMER_CMSDK + 0x4u);
}

#elif defined(HARNESS_TIMER_NRF51)
/* Source: nRF51 series reference manual 3.0, TIMER. */
static inline void harness_timer_start(void)
{
  *harness_register(HARNESS_TIMER_NRF51 + 0x504u) = 0u; /* MODE: timer */
  *harness_register(HARNESS_TIMER_NRF51 + 0x508u) = 3u; /* BITMODE: 32 bits */
  *harness_register(HARNESS_TIMER_NRF51 + 0x510u) = 0u; /* PRESCALER: 16 MHz */
  *harness_register(HARNESS_TIMER_NRF51 + 0x000u) = 1u; /* START */
}

static inline uint32_t harness_timer_now(void)
{
  *harness_register(HARNESS_TIMER_NRF51 + 0x040u) = 1u;   /* CAPTURE[0] */
  return *harness_register(HARNESS_TIMER_NRF51 + 0x540u); /* CC[0] */
}

#elif defined(HARNESS_TIMER_SSE)
/* Source: Arm SSE-123 example subsystem, technical reference manual, system counter. */
static inline void harness_timer_start(void)
{
  *harness_register(HARNESS_TIMER_SSE + 0x0u) = 1u; /* CNTCR: enable */
}

static inline uint32_t harness_timer_now(void)
{
  return *harness_register(HARNESS_TIMER_SSE + 0x8u); /* CNTCV, lower half */
}

#elif defined(HARNESS_TIMER_CLINT)
/* Runs always. Source: RISC-V ACLINT specification, mtime. */
static inline void harness_timer_start(void)
{
}

static inline uint32_t harness_timer_now(void)
{
  return *harness_register(HARNESS_TIMER_CLINT);
}
#else
#error "The board names its timer: HARNESS_TIMER_CMSDK, _NRF51, _SSE or _CLINT, each with an address."
#endif

#endif
