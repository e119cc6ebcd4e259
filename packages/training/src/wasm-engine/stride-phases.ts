import type { Window } from "./network.ts";
import type { Border } from "./tensor.ts";

/**
 * The gradient of a convolution's input along one axis, for the inputs `phase`, phase + stride, …: these
 * meet the taps first, first + stride, … alone, and so their gradient is an ordinary convolution of
 * the output's gradient over those taps in reverse order.
 */
export interface Phase {
  /** The first of its inputs. */
  readonly phase: number;
  /** How many inputs it has. */
  readonly size: number;
  /** The first of its taps, and how many it has: 0 where the stride steps over inputs. */
  readonly first: number;
  readonly taps: number;
  /** The output that the reversed taps begin at, for its first input. Negative: in the border. */
  readonly start: number;
}

export function stridePhases(
  inSize: number,
  windowSize: number,
  stride: number,
  pad: number,
): readonly Phase[] {
  return Array.from({ length: Math.min(stride, inSize) }, (_, phase) => {
    const first = (phase + pad) % stride;
    const taps = Math.max(0, Math.ceil((windowSize - first) / stride));
    return {
      phase,
      size: Math.ceil((inSize - phase) / stride),
      first,
      taps,
      start: (phase + pad - first) / stride - (taps - 1),
    };
  });
}

/** The zeros that all phases need around the output's gradient. */
export function gradientBorder(
  window: Window,
  input: { readonly height: number; readonly width: number },
): Border {
  const y = reach(stridePhases(input.height, window.height, window.strideY, window.padTop));
  const x = reach(stridePhases(input.width, window.width, window.strideX, window.padLeft));
  return {
    top: y.before,
    bottom: Math.max(0, y.end - window.outHeight),
    left: x.before,
    right: Math.max(0, x.end - window.outWidth),
  };
}

function reach(phases: readonly Phase[]): { before: number; end: number } {
  const used = phases.filter(({ taps }) => taps > 0);
  return {
    before: Math.max(0, ...used.map(({ start }) => -start)),
    end: Math.max(...used.map(({ start, size, taps }) => start + size - 1 + taps)),
  };
}
