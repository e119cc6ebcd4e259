/*
 * From reset to main on RV32 in machine mode.
 *
 * Source: RISC-V Instruction Set Manual, volume II, machine-level CSRs; the calling convention's global pointer is not
 * used, since every object is compiled without small data.
 */
#include "harness.h"

/* firmware.ld */
extern uint32_t harness_bss_start[], harness_bss_end[];
extern uint32_t harness_data_start[], harness_data_end[], harness_data_load[];

void harness_reset(void);
void harness_start(void);
void harness_fault(void);

void harness_start(void)
{
  const uint32_t *load = harness_data_load;
  for (uint32_t *word = harness_data_start; word < harness_data_end; word++) {
    *word = *load++;
  }
  for (uint32_t *word = harness_bss_start; word < harness_bss_end; word++) {
    *word = 0;
  }
  harness_exit((uint32_t)main());
}

/* 4 tells the machine outside that the program has crashed. */
void __attribute__((aligned(4))) harness_fault(void)
{
  harness_exit(4);
}

/* The machine enters the memory at its first byte. */
void __attribute__((naked, section(".vectors"), used)) harness_reset(void)
{
  __asm__ volatile(".option arch, +zicsr\n"
                   "la sp, harness_stack_top\n"
                   "la t0, harness_fault\n"
                   "csrw mtvec, t0\n"
                   "j harness_start");
}
