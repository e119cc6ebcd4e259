/* When each step of the model ended, in ticks, and which it was. */
#include "harness.h"
#include "timer.h"

enum { CAPACITY = 1024 };

uint32_t harness_trace_ticks[CAPACITY];
uint32_t harness_trace_steps[CAPACITY];
uint32_t harness_trace_count;

void harness_trace(uint32_t step)
{
  if (harness_trace_count < CAPACITY) {
    harness_trace_steps[harness_trace_count] = step;
    harness_trace_ticks[harness_trace_count++] = harness_timer_now();
  }
}
