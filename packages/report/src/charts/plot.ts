import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Markup, trustedMarkup } from "../markup.ts";

/**
 * A chart as SVG source, drawn without a browser. Colors are custom properties of the page, so that it
 * follows the page from light to dark.
 *
 * `label` is what a screen reader says in its place.
 */
export function drawPlot(label: string, options: Plot.PlotOptions): Markup {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ ...options, ariaLabel: label, document });
  svg.setAttribute("role", "img");
  // An image has no parts to a screen reader, and groups may not have names without a role.
  for (const group of svg.querySelectorAll("g")) {
    group.removeAttribute("aria-label");
    group.removeAttribute("aria-hidden");
  }
  // The page's style sheet says the same once for all charts.
  svg.querySelector("style")?.remove();
  return trustedMarkup(svg.outerHTML);
}

/** The color of a line or of a part of a bar; the page defines three. */
export function seriesColor(position: number): string {
  return `var(--series-${(position % 3) + 1})`;
}

/** The same color, pale enough for text to stand on it. */
export function tintColor(position: number): string {
  return `var(--tint-${(position % 3) + 1})`;
}

/** Font size of every chart, in the units of its `viewBox`. */
export const fontSize = 12;

/**
 * How many characters fit, for a proportional font of `fontSize`: a careful guess, as nothing here can
 * measure text.
 */
export function charactersIn(width: number): number {
  return Math.floor(width / (fontSize * 0.56));
}

/** The beginning of a text that is too long for its place. */
export function shortened(text: string, characters: number): string {
  const all = Array.from(text);
  return all.length <= characters ? text : `${all.slice(0, Math.max(1, characters - 1)).join("")}…`;
}
