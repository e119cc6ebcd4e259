/** A whole number as messages show it: 47,040,016. */
export function figure(value: number | bigint): string {
  return value.toLocaleString("en-US");
}
