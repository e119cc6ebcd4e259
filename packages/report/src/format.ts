/**
 * Numbers and text as every part of the report writes them. Never `toLocaleString`: the same record
 * gives the same bytes on every machine.
 */

/** 101770 → "101,770". Anything but a safe integer is rounded first. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toFixed(0)
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Thousands of bytes with one decimal: 287342 → "287.3". The header says "KB = 1,000 bytes". */
export function formatKilobytes(bytes: number): string {
  const [whole = "", tenths = ""] = (bytes / 1000).toFixed(1).split(".");
  return `${formatCount(Number(whole))}.${tenths}`;
}

/** For a figure that stands alone: 928 → "928 bytes", 102320 → "102.3 KB". */
export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${formatCount(bytes)} bytes` : `${formatKilobytes(bytes)} KB`;
}

/** 407000 bytes against 1017700 → "2.50×": how many times smaller. */
export function formatRatio(baseline: number, bytes: number): string {
  return bytes === 0 ? "–" : `${(baseline / bytes).toFixed(2)}×`;
}

/** Accuracies and losses, to the four decimals of the original study. */
export function formatScore(score: number): string {
  return score.toFixed(4);
}

/** +0.0002, −0.0013, ±0.0000 */
export function formatDifference(difference: number): string {
  const digits = Math.abs(difference).toFixed(4);
  if (Number(digits) === 0) return `±${digits}`;
  return `${difference < 0 ? "−" : "+"}${digits}`;
}

export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** Counts of instructions and cycles are whole; times keep three significant digits. */
export function formatMicroseconds(microseconds: number): string {
  return microseconds >= 100 ? formatCount(microseconds) : microseconds.toPrecision(3);
}

/** Gibibytes, as machines are sold: 25769803776 → "24.0 GiB". */
export function formatGibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** "2026-08-01T12:00:00.123Z" → "2026-08-01 12:00 UTC" */
export function formatInstant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/**
 * Text on one line, without anything that acts on a terminal or reorders what stands around it. Control
 * characters, bidirectional controls and halves of a surrogate pair become a visible U+FFFD, white space
 * one blank.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD")
    .trim();
}
