/*
 * Requests to the emulator.
 *
 * Source: Semihosting for AArch32 and AArch64, Arm, 2.0; RISC-V Semihosting, RISC-V International, 0.4.
 */
#include "harness.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { APPLICATION_EXIT = 0x20026 };

#if defined(__riscv)
static int32_t request(uint32_t operation, const void *parameter)
{
  register uint32_t a0 __asm__("a0") = operation;
  register const void *a1 __asm__("a1") = parameter;
  /* The three instructions are the request: they must not be compressed, nor cross a page. */
  __asm__ volatile(".balign 16\n"
                   ".option push\n"
                   ".option norvc\n"
                   "slli zero, zero, 0x1f\n"
                   "ebreak\n"
                   "srai zero, zero, 7\n"
                   ".option pop\n"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
  return (int32_t)a0;
}
#else
static int32_t request(uint32_t operation, const void *parameter)
{
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = parameter;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return (int32_t)r0;
}
#endif

int32_t harness_open(const char *name, enum harness_mode mode)
{
  uint32_t length = 0;
  while (name[length] != '\0') {
    length++;
  }
  const struct {
    const char *name;
    uint32_t mode;
    uint32_t length;
  } parameter = {name, (uint32_t)mode, length};
  return request(SYS_OPEN, &parameter);
}

struct transfer {
  int32_t file;
  const void *data;
  uint32_t bytes;
};

uint32_t harness_read(int32_t file, void *data, uint32_t bytes)
{
  const struct transfer parameter = {file, data, bytes};
  return (uint32_t)request(SYS_READ, &parameter);
}

void harness_write(int32_t file, const void *data, uint32_t bytes)
{
  const struct transfer parameter = {file, data, bytes};
  (void)request(SYS_WRITE, &parameter);
}

void harness_exit(uint32_t status)
{
  const struct {
    uint32_t reason;
    uint32_t status;
  } parameter = {APPLICATION_EXIT, status};
  (void)request(SYS_EXIT_EXTENDED, &parameter);
  for (;;) {
  }
}
