import { expect, test } from "vitest";
import { pageStyle } from "../src/page-style.ts";

const text = 4.5;
const graphics = 3;

/** What the Web Content Accessibility Guidelines 2.2 ask of text (1.4.3) and of graphics (1.4.11). */
const pairs = [
  ["--ink", "--paper", text],
  ["--ink", "--raised", text],
  ["--ink", "--tint-1", text],
  ["--ink", "--tint-2", text],
  ["--ink", "--tint-3", text],
  ["--muted", "--paper", text],
  ["--muted", "--raised", text],
  ["--link", "--paper", text],
  ["--on-warning", "--warning", text],
  ["--series-1", "--paper", graphics],
  ["--series-2", "--paper", graphics],
  ["--series-3", "--paper", graphics],
] as const;

const [light = "", dark = ""] = [...pageStyle.matchAll(/:root \{([^}]*)\}/g)].map(
  ([, body]) => body ?? "",
);

test.each(pairs)("%s stands out from %s in light and dark", (front, back, least) => {
  expect(contrast(colorOf(front, light), colorOf(back, light))).toBeGreaterThanOrEqual(least);
  expect(contrast(colorOf(front, dark), colorOf(back, dark))).toBeGreaterThanOrEqual(least);
});

/** The dark theme leaves some as they are. */
function colorOf(name: string, theme: string): string {
  const color = new RegExp(`${name}: (#[0-9a-f]{6});`);
  const found = color.exec(theme) ?? color.exec(light);
  if (found?.[1] === undefined) throw new Error(`no color ${name}`);
  return found[1];
}

function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(color.slice(start, start + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
