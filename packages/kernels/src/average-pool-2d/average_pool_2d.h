/* C twin of integers.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "../window.h"

#define SMG_START(params) 0
#define SMG_ADD(sum, cell) (sum) += (cell)
#define SMG_POOLED(params, sum, count) \
  smg_clamp(((sum) > 0 ? (sum) + ((count) >> 1) : (sum) - ((count) >> 1)) / (count), (params)->activation_min, \
            (params)->activation_max)
#include "../pool-2d.h"
