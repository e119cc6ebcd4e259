/** A C comment cannot hold its own end or beginning, nor a backslash that joins lines, nor a trigraph. */
export function commentText(text: string): string {
  return text
    .replaceAll(/\*(?=\/)/g, "* ")
    .replaceAll(/\/(?=\*)/g, "/ ")
    .replaceAll(/\?(?=\?)/g, "? ")
    .replaceAll(/[\p{Cc}\\]+/gu, " ");
}
