import type { SearchMoment } from "@smidgen/search";
import { counted } from "../text.ts";
import { clock } from "../train/progress.ts";

/**
 * One line, at most `columns` characters: how far a round is by its multiply-accumulates, how well its best network does, and the time
 * that it still takes at this pace.
 *
 * @param elapsedMs since the round began
 */
export function searchLine(moment: SearchMoment, elapsedMs: number, columns: number): string {
  const { round, rounds, epochs, finished, networks, workDone, work, bestAccuracy } = moment;
  const share = work === 0 ? 1 : workDone / work;
  const best = bestAccuracy === undefined ? "" : `  best ${percent(bestAccuracy)}`;
  const seconds = workDone === 0 ? undefined : (elapsedMs / 1000) * (1 / share - 1);
  const head = `Round ${round}/${rounds} (${epochsOf(epochs)}) `;
  const tail = ` ${finished}/${networks}${best}${seconds === undefined ? "" : `  ETA ${clock(seconds)}`}`;
  const width = Math.min(30, columns - head.length - tail.length);
  if (width < 10) return (head.trim() + tail).slice(0, Math.max(columns, 0));
  const done = Math.floor(width * Math.min(share, 1));
  return `${head}${"━".repeat(done)}${"─".repeat(width - done)}${tail}`;
}

/** `1 epoch`, `5 epochs` */
export function epochsOf(epochs: number): string {
  return counted(epochs, "epoch");
}

/** `98.90 %` */
export function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}
