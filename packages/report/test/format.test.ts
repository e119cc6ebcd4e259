import { expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDifference,
  formatGibibytes,
  formatInstant,
  formatKilobytes,
  formatMicroseconds,
  formatRatio,
  printable,
} from "../src/format.ts";
import { wilsonInterval } from "../src/wilson-interval.ts";

test.each([
  [formatCount(0), "0"],
  [formatCount(999), "999"],
  [formatCount(1000), "1,000"],
  [formatCount(101_770), "101,770"],
  [formatCount(Number.MAX_SAFE_INTEGER), "9,007,199,254,740,991"],
  [formatKilobytes(0), "0.0"],
  [formatKilobytes(49), "0.0"],
  [formatKilobytes(928), "0.9"],
  [formatKilobytes(287_342), "287.3"],
  [formatKilobytes(1_234_567_890), "1,234,567.9"],
  [formatBytes(999), "999 bytes"],
  [formatBytes(1000), "1.0 KB"],
  [formatRatio(1_017_700, 407_000), "2.50×"],
  [formatRatio(0, 5), "0.00×"],
  [formatRatio(5, 0), "–"],
  [formatDifference(0.0002), "+0.0002"],
  [formatDifference(-0.00134), "−0.0013"],
  [formatDifference(-0.00001), "±0.0000"],
  [formatMicroseconds(0.012345), "0.0123"],
  [formatMicroseconds(41.25), "41.3"],
  [formatMicroseconds(99.96), "100"],
  [formatMicroseconds(123_456.7), "123,457"],
  [formatGibibytes(25_769_803_776), "24.0 GiB"],
  [formatInstant("2026-08-01T12:34:56.789Z"), "2026-08-01 12:34 UTC"],
])("%s", (formatted, expected) => {
  expect(formatted).toBe(expected);
});

test.each([
  ["plain text – with “signs”, 漢字 and 👩‍👩‍👧", "plain text – with “signs”, 漢字 and 👩‍👩‍👧"],
  ["  two\n\tlines\u00A0\u2028here ", "two lines here"],
  ["\u001B[31mred\u0007\u009B", "\uFFFD[31mred\uFFFD\uFFFD"],
  ["\u202Eabc\u2066", "\uFFFDabc\uFFFD"],
  ["\uD83D half", "\uFFFD half"],
])("printable: %j", (text, expected) => {
  expect(printable(text)).toBe(expected);
});

// Source: R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("Wilson interval of %d in %d", (hits, count, low, high) => {
  const interval = wilsonInterval(hits / count, count);
  expect(interval[0]).toBeCloseTo(low, 4);
  expect(interval[1]).toBeCloseTo(high, 4);
});
