import { UserError } from "@smidgen/errors";

/** What is known where a loss went wrong. */
export interface LossPlace {
  /** `epoch 2, step 7`, or a validation. */
  readonly name: string;
  /** Of all steps so far. */
  readonly steps: number;
  readonly learningRate: number;
  /** The mean of the epoch so far, without this step. NaN if it is the first. */
  readonly meanBefore: number;
}

/** @throws UserError `diverged` if the loss is no number any more, with where it happened and what may have caused it */
export function checkLoss(
  loss: number,
  { name, steps, learningRate, meanBefore }: LossPlace,
): void {
  if (Number.isFinite(loss)) return;
  const causes =
    steps <= 1
      ? [
          "It was so before the first change: weights that the training began with are not finite, " +
            "or so large that the network's output overflows.",
        ]
      : [
          `The learning rate was ${format(learningRate)}` +
            (Number.isNaN(meanBefore) ? "" : `, the mean loss of the epoch ${format(meanBefore)}`) +
            ". Likely the learning rate is too high: try a tenth of it, or a schedule with warmUpEpochs.",
        ];
  throw new UserError("diverged", `the loss became ${loss} in ${name}`, {
    hint: causes.join(" "),
  });
}

function format(value: number): string {
  return String(Number(value.toPrecision(4)));
}
