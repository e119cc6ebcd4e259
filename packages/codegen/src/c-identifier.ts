/** Words that C99, C11 and C++20 keep for themselves and that a model might be called. */
const reserved = new Set(
  (
    "alignas alignof and asm auto bool break case catch char class compl const constexpr continue default " +
    "delete do double else enum explicit export extern false float for friend goto if inline int long main " +
    "mutable namespace new not operator or private protected public register requires restrict return short " +
    "signed sizeof static struct switch template this throw true try typedef typename union unsigned using " +
    "virtual void volatile while xor"
  ).split(" "),
);

/** Whether a name can stand in C and C++ code as it is. */
export function isCIdentifier(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && !reserved.has(name);
}

/**
 * The nearest C identifier: `mnist-cnn.int8` → `mnist_cnn_int8`, `3d` → `model_3d`.
 *
 * Two names may meet in one identifier; whoever needs them to differ must check.
 */
export function toCIdentifier(name: string): string {
  const cleaned = name.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
  return isCIdentifier(cleaned) ? cleaned : `model_${cleaned}`.replace(/_$/, "");
}
