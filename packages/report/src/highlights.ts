import { formatBytes, formatCount, formatRatio, formatScore } from "./format.ts";
import type { RunRecord } from "./run-record.ts";

/** A figure worth knowing before reading on. */
export interface Highlight {
  readonly label: string;
  readonly value: string;
  readonly detail: string;
}

export function highlights(record: RunRecord): readonly Highlight[] {
  return [
    smallestFile(record),
    accuracyRange(record),
    leastRam(record),
    networkSize(record),
  ].flatMap((highlight) => highlight ?? []);
}

function smallestFile({ systems }: RunRecord): Highlight {
  const [baseline] = systems;
  const smallest = systems.reduce((a, b) => (b.file.bytes < a.file.bytes ? b : a));
  return {
    label: "Smallest file",
    value: formatBytes(smallest.file.bytes),
    detail:
      smallest === baseline
        ? smallest.label
        : `${smallest.label}: ${formatRatio(baseline.file.bytes, smallest.file.bytes)} smaller than ${baseline.label}`,
  };
}

function accuracyRange({ systems }: RunRecord): Highlight | undefined {
  const evaluations = systems.flatMap(({ evaluation }) =>
    evaluation.kind === "measured" ? evaluation : [],
  );
  if (evaluations.length === 0) return undefined;
  return {
    label: "Test accuracy",
    value: range(
      evaluations.map(({ accuracy }) => accuracy),
      formatScore,
    ),
    detail:
      `${evaluations.length} ${evaluations.length === 1 ? "system" : "systems"}, ` +
      `${range(
        evaluations.map(({ examples }) => examples),
        formatCount,
      )} examples`,
  };
}

function leastRam({ systems }: RunRecord): Highlight | undefined {
  const known = systems.flatMap(({ label, memory: { ram } }) =>
    ram.kind === "not-measured" ? [] : { label, ...ram },
  );
  if (known.length === 0) return undefined;
  const least = known.reduce((a, b) => (b.value < a.value ? b : a));
  const labels = known.filter(({ value }) => value === least.value).map(({ label }) => label);
  return {
    label: "Least RAM",
    value: formatBytes(least.value),
    detail: `${labels.join(" and ")}, ${least.kind}`,
  };
}

function networkSize({ model }: RunRecord): Highlight {
  return {
    label: "Parameters",
    value: formatCount(model.parameters),
    detail: `${formatCount(model.multiplyAccumulates)} multiply-accumulates per inference`,
  };
}

function range(values: readonly number[], format: (value: number) => string): string {
  const least = format(Math.min(...values));
  const most = format(Math.max(...values));
  return least === most ? least : `${least}–${most}`;
}
