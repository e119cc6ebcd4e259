import os from "node:os";
import { type CoreName, coreNames } from "@smidgen/device";
import { UserError } from "@smidgen/errors";
import { type Budget, checkBudget } from "./budget.ts";
import type { SearchTraining } from "./candidate.ts";
import type { CodeFigures } from "./costs.ts";
import { defaultFamily, type Family } from "./family.ts";

export interface SearchOptions {
  readonly budget: Budget;
  /** Default: `defaultFamily`. */
  readonly family?: Family;
  /** Of the networks that fit, at most so many, drawn by the seed. Default: all. */
  readonly networks?: number;
  /**
   * Epochs of each round: successive halving. All networks are trained in the first, from each round the better ones are
   * trained anew in the next, for longer. Default: [1, 5].
   *
   * Source: "Non-stochastic Best Arm Identification and Hyperparameter Optimization" (Jamieson, Talwalkar 2016).
   */
  readonly rounds?: readonly number[];
  /** Share of a round's networks that go on to the next: those with the largest lead over all that cost no more. Default: 1/3. */
  readonly keep?: number;
  /** Default: batches of 32, 0.003 at the most, a cosine schedule with half an epoch of warm-up. */
  readonly training?: SearchTraining;
  /** Share of the training examples that judges; not used if there are validation examples. Default: 0.1. */
  readonly validationSplit?: number;
  /** The core that code is generated for. Default: cortex-m4. */
  readonly core?: CoreName;
  /** Default: estimated, which is the same on every machine. */
  readonly code?: CodeFigures;
  /** Of weights, order, the split and the draw: 0 … 2^32 − 1. Default: 1. */
  readonly seed?: number;
  /** Results do not depend on it. Default: one for each core of the machine. */
  readonly threads?: number;
  /** JSON lines, one for each training that is through. If the file is there, the search goes on with it. */
  readonly results: string;
  /** A folder for the int8 networks, `NAME-eEPOCHS.tflite`. Default: none are kept. */
  readonly models?: string;
  /** Ends the search at once; what is not through is lost. */
  readonly signal?: AbortSignal;
}

/** With defaults, checked. */
export type SearchSettings = Required<Omit<SearchOptions, "models" | "signal" | "networks">> &
  Pick<SearchOptions, "models" | "signal"> & { readonly networks: number };

/** @throws UserError `invalid-options`, naming all that is out of range; `invalid-budget` */
export function checkSearchOptions(options: SearchOptions): SearchSettings {
  const { family = defaultFamily, rounds = [1, 5], keep = 1 / 3, networks = Infinity } = options;
  const { core = "cortex-m4", code = "estimated", seed = 1, validationSplit = 0.1 } = options;
  const { threads = os.availableParallelism(), training = {} } = options;
  checkBudget(options.budget);
  const problems = [
    ...familyProblems(family),
    ...unless(
      rounds.length > 0 && rounds.every((each) => isCount(each, 1_000_000)),
      `rounds are [${rounds.join(", ")}], they must be whole numbers of epochs above 0, at least one`,
    ),
    ...unless(keep > 0 && keep <= 1, `keep is ${keep}, it must be above 0 and at most 1`),
    ...unless(
      networks === Infinity || isCount(networks, Infinity),
      `networks is ${networks}, it must be a whole number above 0`,
    ),
    ...unless(isCount(threads, 1024), `threads is ${threads}, it must be from 1 to 1024`),
    ...unless(
      validationSplit > 0 && validationSplit < 1,
      `validationSplit is ${validationSplit}, it must be above 0 and below 1`,
    ),
    ...unless(
      Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32,
      `seed is ${seed}, it must be a whole number from 0 to ${2 ** 32 - 1}`,
    ),
    ...unless(
      coreNames.includes(core),
      `core is ${core}, it must be one of ${coreNames.join(", ")}`,
    ),
  ];
  if (problems.length > 0) throw new UserError("invalid-options", problems.join("; "));
  return {
    ...options,
    family,
    rounds,
    keep,
    networks,
    core,
    code,
    seed,
    validationSplit,
    threads,
    training: { ...defaultTraining, ...training },
  };
}

const defaultTraining: SearchTraining = {
  batchSize: 32,
  learningRate: 0.003,
  schedule: { kind: "cosine", warmUpEpochs: 0.5 },
};

function familyProblems(family: Family): readonly string[] {
  const { widths, ...choices } = family;
  const empty = Object.entries({ widths, ...choices }).filter(([, each]) => each.length === 0);
  const wrong = widths.filter(
    (each) => each.length === 0 || each.length > 10 || !each.every((width) => isCount(width, 4096)),
  );
  return [
    ...empty.map(([name]) => `family.${name} is empty`),
    ...wrong.map(
      (each) => `family.widths has [${each.join(", ")}], it must be 1 to 10 numbers from 1 to 4096`,
    ),
  ];
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

function unless(isFine: boolean, problem: string): readonly string[] {
  return isFine ? [] : [problem];
}
