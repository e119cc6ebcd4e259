/*
 * A kernel on pairs of elements, broadcast; C twin of forEachRow in broadcast.ts.
 *
 * Made for SMG_KERNEL, whose struct begins with SMG_BROADCAST_FIELDS, elements SMG_ELEMENT and, of b, SMG_ELEMENT_B. What
 * becomes of a pair is SMG_PAIR(params, a, b).
 */
/* a, b, in steps -> output, in order */
static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_ELEMENT *a,
                                 const SMG_ELEMENT_B *b, SMG_ELEMENT *output) {
  const int32_t *const extents = params->extents;
  const int32_t *const a_steps = params->a_steps;
  const int32_t *const b_steps = params->b_steps;
  for (int32_t i0 = 0; i0 < extents[0]; i0++) {
    for (int32_t i1 = 0; i1 < extents[1]; i1++) {
      for (int32_t i2 = 0; i2 < extents[2]; i2++) {
        int32_t from_a = i0 * a_steps[0] + i1 * a_steps[1] + i2 * a_steps[2];
        int32_t from_b = i0 * b_steps[0] + i1 * b_steps[1] + i2 * b_steps[2];
        for (int32_t i3 = 0; i3 < extents[3]; i3++) {
          *output++ = (SMG_ELEMENT)SMG_PAIR(params, a[from_a], b[from_b]);
          from_a += a_steps[3];
          from_b += b_steps[3];
        }
      }
    }
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
#undef SMG_ELEMENT_B
#undef SMG_PAIR
