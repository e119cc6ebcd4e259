/* C twin of max-pool-2d.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "../window.h"

#define SMG_START(params) (params)->activation_min
#define SMG_ADD(largest, cell) \
  if ((cell) > (largest)) { (largest) = (cell); }
#define SMG_POOLED(params, largest, count) \
  ((void)(count), (largest) < (params)->activation_max ? (largest) : (params)->activation_max)
#include "../pool-2d.h"
