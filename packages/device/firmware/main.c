/*
 * Reads inputs.bin, runs the model on one sample after another, writes outputs.bin, and tells in report.txt how long
 * everything took and how deep the stack went.
 *
 * Nothing here may call a library: whatever library code is linked is there because the model wants it.
 */
#include "harness.h"
#include "timer.h"

/* firmware.ld */
extern uint32_t harness_stack_bottom[];

static int32_t report;

static void print(const char *text)
{
  uint32_t length = 0;
  while (text[length] != '\0') {
    length++;
  }
  harness_write(report, text, length);
}

static void print_number(uint32_t value)
{
  char digits[9];
  for (uint32_t i = 0; i < 8; i++) {
    const uint32_t digit = (value >> (28u - 4u * i)) & 15u;
    digits[i] = (char)(digit < 10u ? '0' + (int)digit : 'a' + (int)digit - 10);
  }
  digits[8] = '\0';
  print(" ");
  print(digits);
}

/* Executes exactly 2 × count instructions, and a few before and after which do not depend on count. */
static void __attribute__((noinline)) known_loop(uint32_t count)
{
#if defined(__riscv)
  __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(count));
#else
  __asm__ volatile(".syntax unified\n 1: subs %0, %0, #1\n bne 1b" : "+l"(count) : : "cc");
#endif
}

/* Not a constant: some cores need two instructions to make one. */
static volatile uint32_t rounds;

static void loop(void)
{
  known_loop(rounds);
}

void harness_nothing(void)
{
}

static inline uint32_t *stack_pointer(void)
{
  uint32_t *pointer;
#if defined(__riscv)
  __asm__ volatile("mv %0, sp" : "=r"(pointer));
#else
  __asm__ volatile("mov %0, sp" : "=r"(pointer));
#endif
  return pointer;
}

struct observation {
  uint32_t ticks;
  uint32_t stack_bytes;
};

enum { PAINT = 0x5ca1ab1e };

/* The stack below this frame is painted; where the paint is gone afterwards, the call has been. */
static struct observation __attribute__((noinline)) observe(void (*call)(void))
{
  volatile uint32_t *const top = stack_pointer();
  volatile uint32_t *const bottom = harness_stack_bottom;
  for (volatile uint32_t *word = bottom; word < top; word++) {
    *word = PAINT;
  }
  const uint32_t start = harness_timer_now();
  call();
  const uint32_t end = harness_timer_now();
  volatile uint32_t *word = bottom;
  while (word < top && *word == PAINT) {
    word++;
  }
  const struct observation seen = {end - start, (uint32_t)(top - word) * 4u};
  return seen;
}

static void tell(const char *what, struct observation seen)
{
  print(what);
  print_number(seen.ticks);
  print_number(seen.stack_bytes);
  print("\n");
}

static void calibrate(void)
{
  /* The first reads warm up nothing on an emulator; they are here for real boards. */
  (void)observe(harness_empty);
  tell("empty", observe(harness_empty));
  rounds = 1000;
  tell("short-loop", observe(loop));
  rounds = 1001000;
  tell("long-loop", observe(loop));
}

static int read_sample(int32_t inputs)
{
  for (uint32_t i = 0; i < harness_input_count; i++) {
    if (harness_read(inputs, harness_inputs[i].data, harness_inputs[i].bytes) != 0u) {
      return 0;
    }
  }
  return 1;
}

#if defined(HARNESS_TRACE)
static void tell_steps(uint32_t start)
{
  print("steps");
  for (uint32_t i = 0; i < harness_trace_count; i++) {
    print_number(harness_trace_steps[i]);
    print_number(harness_trace_ticks[i] - start);
  }
  print("\n");
}
#endif

int main(void)
{
  report = harness_open("report.txt", HARNESS_WRITE);
  const int32_t inputs = harness_open("inputs.bin", HARNESS_READ);
  const int32_t outputs = harness_open("outputs.bin", HARNESS_WRITE);
  if (report < 0 || inputs < 0 || outputs < 0) {
    return 3;
  }
  harness_timer_start();
  calibrate();
  while (read_sample(inputs)) {
    harness_prepare();
#if defined(HARNESS_TRACE)
    harness_trace_count = 0;
    harness_trace(0); /* what a mark costs */
    harness_trace(0);
    const uint32_t start = harness_timer_now();
    harness_infer();
    tell_steps(start);
#else
    tell("sample", observe(harness_infer));
#endif
    for (uint32_t i = 0; i < harness_output_count; i++) {
      harness_write(outputs, harness_outputs[i].data, harness_outputs[i].bytes);
    }
  }
  print("end\n");
  return 0;
}
