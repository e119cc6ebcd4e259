/*
 * From reset to main on Cortex-M, Armv6-M to Armv8.1-M.
 *
 * Source: Armv8-M Architecture Reference Manual, DDI 0553: the vector table, CPACR.
 */
#include "harness.h"

/* firmware.ld */
extern uint32_t harness_stack_top[];
extern uint32_t harness_data_start[], harness_data_end[], harness_data_load[];
extern uint32_t harness_bss_start[], harness_bss_end[];

void harness_reset(void);
void harness_fault(void);

/* Pointers to functions, and one to the stack: a table of addresses. */
union vector {
  uint32_t *stack;
  void (*handler)(void);
};

__attribute__((section(".vectors"), used)) static const union vector vectors[16] = {
  {.stack = harness_stack_top}, {.handler = harness_reset}, {.handler = harness_fault}, {.handler = harness_fault},
  {.handler = harness_fault},   {.handler = harness_fault}, {.handler = harness_fault}, {.handler = harness_fault},
  {.handler = harness_fault},   {.handler = harness_fault}, {.handler = harness_fault}, {.handler = harness_fault},
  {.handler = harness_fault},   {.handler = harness_fault}, {.handler = harness_fault}, {.handler = harness_fault},
};

static void __attribute__((noinline, noreturn)) start(void)
{
  const uint32_t *load = harness_data_load;
  for (uint32_t *word = harness_data_start; word < harness_data_end; word++) {
    *word = *load++;
  }
  for (uint32_t *word = harness_bss_start; word < harness_bss_end; word++) {
    *word = 0;
  }
  harness_exit((uint32_t)main());
  for (;;) {
  }
}

void harness_reset(void)
{
#if __ARM_ARCH >= 7
  /* Full access to the coprocessors 10 and 11: floating point, and Helium. Without it their instructions fault. */
  volatile uint32_t *const cpacr = (volatile uint32_t *)0xe000ed88u;
  *cpacr |= 0xfu << 20;
  __asm__ volatile("dsb\n isb" : : : "memory");
#endif
  start();
}

/* 4 tells the machine outside that the program has crashed. */
void harness_fault(void)
{
  harness_exit(4);
}
