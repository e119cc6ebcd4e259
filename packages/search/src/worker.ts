import { parentPort, workerData } from "node:worker_threads";
import { UserError } from "@smidgen/errors";
import { selectBackend } from "@smidgen/training";
import { costsBefore, type Surroundings, trainCandidate } from "./candidate.ts";
import type { Answer, Job, WorkerMessage } from "./worker-job.ts";

// One of the threads of a search: does one job after another, with an engine of its own.

const around = workerData as Surroundings;
const backend = selectBackend("smidgen-wasm");
// told with the first job
backend.catch(() => undefined);

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const send = (message: WorkerMessage) => parentPort?.postMessage(message);

parentPort?.on("message", (job: Job) => {
  answer(job).then(send, (error: unknown) => send({ kind: "failed", error: sent(error) }));
});

async function answer(job: Job): Promise<Answer> {
  await backend;
  if (job.kind === "train") {
    return { kind: "trained", candidate: await trainCandidate(job, around, progress()) };
  }
  try {
    return { kind: "costs", costs: await costsBefore(job.network, around) };
  } catch (error) {
    if (!(error instanceof UserError && error.code === "shape-mismatch")) throw error;
    return { kind: "impossible", reason: error.message };
  }
}

/** Five times a second is enough for anyone. */
function progress(): (share: number) => void {
  let last = 0;
  return (share) => {
    const now = performance.now();
    if (now - last < 200) return;
    last = now;
    send({ kind: "progress", share });
  };
}

function sent(error: unknown) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const { code, hint } = error instanceof UserError ? error : {};
  return { message, stack, code, hint };
}
