/** `47040016` as `47,040,016` */
export function figure(value: number): string {
  return value.toLocaleString("en-US");
}
