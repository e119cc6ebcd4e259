import { setImmediate } from "node:timers/promises";

/** For long loops: lets timers, input and output have a turn now and then. Await it in every round. */
export function breather(everyMs = 20): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < everyMs) return undefined;
    last = now;
    return setImmediate();
  };
}
