export function print(text: string): void {
  process.stdout.write(text);
}

/** Is aborted by Ctrl-C; a second one ends the process as ever. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return controller.signal;
}
