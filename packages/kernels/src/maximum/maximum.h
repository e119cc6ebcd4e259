/* C twin of maximum.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "../broadcast-fields.h"

struct SMG_NAME(SMG_KERNEL) {
  SMG_BROADCAST_FIELDS
};

#define SMG_ELEMENT_B SMG_ELEMENT
#define SMG_PAIR(params, a, b) ((a) > (b) ? (a) : (b))
#include "../broadcast.h"
