import { sineAndCosine } from "./exact-math.ts";

/**
 * How the learning rate moves in the course of a training, step by step.
 *
 * With `warmUpEpochs` it first rises evenly from next to nothing to the learning rate; half epochs
 * are fine. Default: 0.
 */
export type Schedule =
  | { readonly kind: "constant"; readonly warmUpEpochs?: number }
  | {
      /** Down half a cosine wave, to `end` times the learning rate (default 0) after the last step. */
      readonly kind: "cosine";
      readonly warmUpEpochs?: number;
      readonly end?: number;
    }
  | {
      /** Times `factor` after every so many epochs, those of the warm-up included. */
      readonly kind: "step";
      readonly warmUpEpochs?: number;
      readonly everyEpochs: number;
      readonly factor: number;
    };

/**
 * What to multiply the learning rate by in a step.
 *
 * Source of the cosine: "SGDR: Stochastic Gradient Descent with Warm Restarts" (Loshchilov, Hutter), without restarts.
 *
 * @param step from 0, over all epochs
 */
export function scheduledShare(
  schedule: Schedule,
  step: number,
  { steps, epochs }: { readonly steps: number; readonly epochs: number },
): number {
  const warmUpSteps = Math.round((schedule.warmUpEpochs ?? 0) * steps);
  if (step < warmUpSteps) return (step + 1) / (warmUpSteps + 1);
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "cosine": {
      const { end = 0 } = schedule;
      const progress = (step - warmUpSteps) / (steps * epochs - warmUpSteps);
      return end + ((1 - end) * (1 + sineAndCosine(progress / 2).cosine)) / 2;
    }
    case "step": {
      const drops = Math.floor(step / (schedule.everyEpochs * steps));
      let share = 1;
      for (let drop = 0; drop < drops; drop++) share *= schedule.factor;
      return share;
    }
    default:
      return schedule satisfies never;
  }
}

/** What is wrong with it. */
export function scheduleProblems(schedule: Schedule, epochs: number): readonly string[] {
  const problems: string[] = [];
  const { warmUpEpochs = 0 } = schedule;
  if (!(warmUpEpochs >= 0 && warmUpEpochs <= epochs)) {
    problems.push(
      `schedule.warmUpEpochs is ${warmUpEpochs}, it must be from 0 to the number of epochs, ${epochs}`,
    );
  }
  switch (schedule.kind) {
    case "constant":
      break;
    case "cosine":
      if (schedule.end !== undefined && !(schedule.end >= 0 && schedule.end <= 1)) {
        problems.push(`schedule.end is ${schedule.end}, it must be from 0 to 1`);
      }
      break;
    case "step":
      if (!(schedule.everyEpochs > 0)) {
        problems.push(`schedule.everyEpochs is ${schedule.everyEpochs}, it must be above 0`);
      }
      if (!(schedule.factor > 0 && schedule.factor <= 1)) {
        problems.push(`schedule.factor is ${schedule.factor}, it must be above 0 and at most 1`);
      }
      break;
    default:
      problems.push(
        `schedule.kind is "${(schedule as { kind: string }).kind}", it must be constant, cosine or step`,
      );
  }
  return problems;
}
