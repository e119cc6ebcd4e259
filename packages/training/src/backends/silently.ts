/**
 * Runs something that prints, without what it prints: stdout, stderr and process warnings.
 *
 * For synchronous code only, so that nobody else's output is lost.
 */
export function silently<T>(action: () => T): T {
  const restore = [
    replace(process.stdout, "write"),
    replace(process.stderr, "write"),
    replace(process, "emitWarning"),
  ];
  try {
    return action();
  } finally {
    for (const each of restore) each();
  }
}

/** Makes a method do nothing, and returns how to undo that. */
function replace<T extends object>(target: T, method: keyof T): () => void {
  const before = Object.getOwnPropertyDescriptor(target, method);
  Object.defineProperty(target, method, { value: () => true, configurable: true, writable: true });
  return () => {
    if (before === undefined) delete target[method];
    else Object.defineProperty(target, method, before);
  };
}
