import { Worker } from "node:worker_threads";
import { UserError } from "@smidgen/errors";
import type { Surroundings } from "./candidate.ts";
import type { Answer, Job, SentError, WorkerMessage } from "./worker-job.ts";

/** Worker threads that share out jobs. */
export interface Threads {
  /**
   * Does all jobs, each thread one at a time, in their order.
   *
   * `onAnswer` is awaited before its thread goes on. Rejects with the first error, a worker's or its own.
   */
  readonly run: (
    jobs: readonly Job[],
    onAnswer: (answer: Answer, job: Job) => Promise<void> | void,
    onProgress?: (share: number, job: Job) => void,
  ) => Promise<void>;
  /** Ends the threads at once, whatever they do. `run` is then done. */
  readonly close: () => Promise<void>;
}

/** Threads start with the first job that there is for them. */
export function startThreads(count: number, around: Surroundings): Threads {
  const workers: Worker[] = [];
  let isClosed = false;
  const close = async () => {
    isClosed = true;
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  return {
    async run(jobs, onAnswer, onProgress) {
      const queue = jobs.values();
      const workThrough = async (position: number) => {
        for (const job of queue) {
          if (isClosed) return;
          const worker = (workers[position] ??= newWorker(around));
          const answer = await ask(worker, job, (share) => onProgress?.(share, job));
          if (answer === undefined || isClosed) return;
          await onAnswer(answer, job);
        }
      };
      try {
        await Promise.all(
          Array.from({ length: Math.min(count, jobs.length) }, (_, i) => workThrough(i)),
        );
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };

  function ask(
    worker: Worker,
    job: Job,
    onProgress: (share: number) => void,
  ): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        worker.off("message", onMessage).off("error", onError).off("exit", onExit);
        settle();
      };
      const onMessage = (message: WorkerMessage) => {
        if (message.kind === "progress") onProgress(message.share);
        else if (message.kind === "failed") done(() => reject(received(message.error)));
        else done(() => resolve(message));
      };
      const onError = (error: unknown) => done(() => reject(error));
      const onExit = (code: number) =>
        done(() =>
          isClosed ? resolve(undefined) : reject(new Error(`a worker thread ended with ${code}`)),
        );
      worker.on("message", onMessage).on("error", onError).on("exit", onExit);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(job);
    });
  }
}

function newWorker(around: Surroundings): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("worker.js", import.meta.url), { workerData: around });
  }
  return new Worker(new URL("worker-from-source.mjs", import.meta.url), {
    workerData: around,
    execArgv: ["--conditions=@smidgen/source"],
  });
}

function received({ message, stack, code, hint }: SentError): Error {
  if (code !== undefined) return new UserError(code, message, { ...(hint && { hint }) });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
