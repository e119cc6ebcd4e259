import { UserError } from "@smidgen/errors";

/**
 * A position that an inference computed, if it is inside.
 *
 * C has nobody to tell: its twin takes the nearest position that is inside.
 *
 * @throws UserError `position-out-of-range`
 */
export function checkedPosition(position: number, size: number): number {
  if (position >= 0 && position < size) return position;
  throw new UserError(
    "position-out-of-range",
    `position ${position} is outside; there are ${size} slices, counted from 0`,
  );
}
