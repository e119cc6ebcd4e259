import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Reads an option that is a whole number from `least` to `most`. */
export function wholeNumber(least: number, most = 2 ** 31 - 1): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `It must be a whole number from ${figure(least)} to ${figure(most)}.`,
    );
  };
}

/** Reads an option that is a part of a whole: from 0, none, to 1, all. */
export function share(text: string): number {
  const value = anyNumber(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a number from 0, for none, to 1, for all.");
}

/** Of settings that a config file may have too, whoever takes them says what ranges are right. */
export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number.");
}

/** Of an option that takes several. */
export function anyNumbers(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), anyNumber(text)];
}

/** As `count` does, which comes with tables that \`--help\` has no need for. */
function figure(value: number): string {
  return value.toLocaleString("en-US");
}
