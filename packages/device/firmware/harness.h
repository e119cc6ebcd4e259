/*
 * What the measuring program is made of. A model is plugged in through harness-model.c, which is written for it;
 * the rest is the same for every model.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>
#include <stdint.h>

/* A tensor that the model reads or writes. */
struct harness_buffer {
  void *data;
  uint32_t bytes;
};

/* harness-model.c */
extern const struct harness_buffer harness_inputs[];
extern const uint32_t harness_input_count;
extern const struct harness_buffer harness_outputs[];
extern const uint32_t harness_output_count;
void harness_prepare(void); /* before every inference, uncounted: forget the state of the last one */
void harness_infer(void);   /* what is counted */
void harness_empty(void);   /* as harness_infer, but calls harness_nothing */

/* main.c */
void harness_nothing(void);

/* trace.c, if the model was built to tell where its steps end */
void harness_trace(uint32_t step);
extern uint32_t harness_trace_ticks[];
extern uint32_t harness_trace_steps[];
extern uint32_t harness_trace_count;

/* semihosting.c: files on the machine that runs the emulator */
enum harness_mode { HARNESS_READ = 1, HARNESS_WRITE = 5 }; /* "rb" and "wb" of fopen */
int32_t harness_open(const char *name, enum harness_mode mode);
uint32_t harness_read(int32_t file, void *data, uint32_t bytes); /* bytes that were not there */
void harness_write(int32_t file, const void *data, uint32_t bytes);
void harness_exit(uint32_t status);

int main(void);

#endif
