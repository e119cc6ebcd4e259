/** What the harness tells: ticks of its timer, and bytes of stack. */
export interface RunReport {
  readonly empty: Observation;
  readonly shortLoop: Observation;
  readonly longLoop: Observation;
  readonly samples: readonly Observation[];
  /** Of each sample, if steps were traced: two marks before the first step, then one at the end of each step. */
  readonly marks: readonly (readonly Mark[])[];
}

export interface Mark {
  readonly step: number;
  /** Since shortly before the call of the model, modulo 2³² for the marks before it. */
  readonly ticks: number;
}

export interface Observation {
  readonly ticks: number;
  readonly stackBytes: number;
}

/** @throws Error if the report does not end as it should: the program did not come to its end. */
export function parseRunReport(text: string): RunReport {
  const lines = text.trimEnd().split("\n");
  if (lines.pop() !== "end") throw new Error(`the report of the run has no end:\n${text}`);
  const rows = lines.map((line) => {
    const [name = "", ...numbers] = line.split(" ");
    return { name, numbers: numbers.map((digits) => Number.parseInt(digits, 16)) };
  });
  const named = (wanted: string) =>
    rows.filter(({ name }) => name === wanted).map(({ numbers }) => numbers);
  const observations = (wanted: string) =>
    named(wanted).map(([ticks = 0, stackBytes = 0]) => ({ ticks, stackBytes }));
  const only = (wanted: string): Observation => {
    const [observation] = observations(wanted);
    if (observation === undefined) throw new Error(`the report of the run lacks ${wanted}`);
    return observation;
  };
  return {
    empty: only("empty"),
    shortLoop: only("short-loop"),
    longLoop: only("long-loop"),
    samples: observations("sample"),
    marks: named("steps").map((numbers) =>
      Array.from({ length: numbers.length / 2 }, (_, i) => ({
        step: numbers[2 * i] ?? 0,
        ticks: numbers[2 * i + 1] ?? 0,
      })),
    ),
  };
}
