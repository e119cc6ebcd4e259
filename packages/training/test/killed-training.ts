// Trains, goes on from the checkpoint if there is one, and ends itself without warning where it is told to:
// killed-training.ts <file> <backend> <everySteps> <kill at step, 0: never> <and so many microseconds later>
import { selectBackend, train, type BackendName } from "@smidgen/training";
import { data, digest, options } from "./resumed-training.ts";

const [, , file, backend, everySteps, killAt, delay] = process.argv as unknown as [
  string,
  string,
  string,
  "smidgen-wasm" | "wasm" | "cpu",
  string,
  string,
  string,
];

await selectBackend(backend satisfies BackendName);
let steps = 0;
const { model, history } = await train(
  data,
  {
    ...options(backend),
    checkpoint: { file, everySteps: Number(everySteps), resume: true },
  },
  {
    onBatch() {
      steps++;
      if (steps !== Number(killAt)) return;
      if (Number(delay) === 0) kill();
      // within the writing of a checkpoint, wherever that has come to
      const until = performance.now() + Number(delay) / 1000;
      setImmediate(function wait() {
        if (performance.now() >= until) kill();
        setImmediate(wait);
      });
    },
  },
);
const records = history.map((record) => ({ ...record, durationMs: 0 }));
console.log(JSON.stringify({ digest: await digest(model), records, steps }));

function kill(): void {
  process.kill(process.pid, "SIGKILL");
}
