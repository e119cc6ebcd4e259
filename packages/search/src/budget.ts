import { UserError } from "@smidgen/errors";

/** What a network may take at most; what is left out does not matter. */
export interface Budget {
  /** Weights, tables and code. */
  readonly flashBytes?: number;
  /** Arena with the input in it, output and stack. */
  readonly ramBytes?: number;
  /** Of one inference. */
  readonly multiplyAccumulates?: number;
}

/** What an int8 network takes on a core. */
export interface Costs {
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly multiplyAccumulates: number;
  /** Weights, biases and tables, as the generated C has them: exact. Part of `flashBytes`. */
  readonly constantBytes: number;
  /** Machine code: the other part. */
  readonly codeBytes: number;
  /** Variables, the arena of the exact plan among them: exact. Part of `ramBytes`, as what follows. */
  readonly staticBytes: number;
  /** What the caller holds: the output. */
  readonly operandBytes: number;
  readonly stackBytes: number;
}

export const constraints = ["flashBytes", "ramBytes", "multiplyAccumulates"] as const;
export type Constraint = (typeof constraints)[number];

const titles: Readonly<Record<Constraint, string>> = {
  flashBytes: "bytes of flash",
  ramBytes: "bytes of RAM",
  multiplyAccumulates: "multiply-accumulates",
};

/** The constraints that it does not meet. */
export function excessOf(costs: Costs, budget: Budget): readonly Constraint[] {
  return constraints.filter((constraint) => costs[constraint] > (budget[constraint] ?? Infinity));
}

/** @throws UserError `invalid-budget`, naming every figure that is none */
export function checkBudget(budget: Budget): void {
  const wrong = constraints.filter((constraint) => !((budget[constraint] ?? 1) > 0));
  if (wrong.length === 0) return;
  const figures = wrong.map((each) => `${budget[each]} ${titles[each]}`);
  throw new UserError("invalid-budget", `no network can be had for ${figures.join(", ")}`, {
    hint: "Give figures above 0, or leave them out.",
  });
}

/** Says which constraint leaves nothing, and what the most frugal network needs. `all`: at least one. */
export function nothingFits(
  all: readonly { readonly name: string; readonly costs: Costs }[],
  budget: Budget,
): UserError {
  const lines = constraints.flatMap((constraint) => {
    const most = budget[constraint];
    if (most === undefined) return [];
    const over = all.filter(({ costs }) => costs[constraint] > most).length;
    const least = all.reduce((a, b) => (b.costs[constraint] < a.costs[constraint] ? b : a));
    const share = over === all.length ? "all" : `${over} of ${all.length}`;
    const needs = `the least is ${format(least.costs[constraint])} (${least.name})`;
    return [`  ${format(most)} ${titles[constraint]}: ${share} need more, ${needs}`];
  });
  const alone = constraints.filter((each) =>
    all.every(({ costs }) => excessOf(costs, { [each]: budget[each] ?? Infinity }).length > 0),
  );
  const hint =
    alone.length > 0
      ? `Raise ${alone.map((each) => `the ${titles[each]}`).join(" and ")}, or add smaller networks to the family.`
      : "Each limit leaves some networks, all of them together leave none: raise one, or add smaller networks to the family.";
  return new UserError(
    "nothing-fits",
    `none of ${all.length} networks fits the budget:\n${lines.join("\n")}`,
    { hint },
  );
}

function format(value: number): string {
  return value.toLocaleString("en-US");
}
