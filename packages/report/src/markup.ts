/** HTML source, as opposed to text that still has to be escaped. */
export interface Markup {
  readonly source: string;
}

type Part = string | number | boolean | Markup | undefined | readonly Part[];

/**
 * HTML from a template: every interpolated text is escaped, only what is `Markup` already goes in as it
 * is, lists are joined, and `undefined` and booleans are nothing. Attributes must be quoted in the template.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    source: strings.reduce(
      (source, string, position) => source + toSource(parts[position - 1]) + string,
    ),
  };
}

/** Source that was made elsewhere and is known to be well-formed. */
export function trustedMarkup(source: string): Markup {
  return { source };
}

function toSource(part: Part): string {
  if (part === undefined || typeof part === "boolean") return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  if ("source" in part) return part.source;
  return part.map(toSource).join("");
}

/** For text and for values of quoted attributes. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
