import type { RunReport } from "./run-report.ts";
import type { Board } from "./targets.ts";

/**
 * Ticks of a board's timer to instructions.
 *
 * The emulator lets 2^shift ns go by with each instruction. A tick is shorter than half of that, so a difference of two
 * readings, each rounded down to a tick, is less than half an instruction away from the truth: rounding makes it exact.
 *
 * @throws Error if two loops that differ by 2,000,000 instructions do not: the emulator counts otherwise than we think.
 */
export function instructionClock(
  board: Pick<Board, "timerHertz" | "icountShift">,
  { empty, shortLoop, longLoop }: Pick<RunReport, "empty" | "shortLoop" | "longLoop">,
): { readonly instructions: (ticks: number) => number; readonly overhead: number } {
  const ticksPerInstruction = (2 ** board.icountShift * board.timerHertz) / 1e9;
  if (ticksPerInstruction <= 2) throw new Error("the timer's ticks are too long to count by");
  const instructions = (ticks: number) => Math.round(ticks / ticksPerInstruction);
  const difference = instructions(longLoop.ticks) - instructions(shortLoop.ticks);
  if (difference !== knownDifference) {
    throw new Error(
      `a loop of ${knownDifference} instructions was counted as ${difference}: this emulator's clock cannot be used`,
    );
  }
  return { instructions, overhead: instructions(empty.ticks) };
}

/** Between the two loops of `firmware/main.c`. */
const knownDifference = 2_000_000;
