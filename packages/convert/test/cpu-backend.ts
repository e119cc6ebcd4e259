/** tfjs needs a backend before layers can have weights. */
export async function useCpuBackend(): Promise<void> {
  await import("@tensorflow/tfjs-backend-cpu");
}
