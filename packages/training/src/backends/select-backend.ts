import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import {
  backendNames,
  type Backend,
  type BackendName,
  type BackendPreference,
  type StartBackend,
} from "./backend.ts";
import { startCpu } from "./cpu.ts";
import { smokeTest } from "./smoke-test.ts";
import { startSmidgenWasm } from "./smidgen-wasm.ts";
import { startTfjsNode } from "./tfjs-node.ts";
import { startWasm } from "./wasm.ts";

/**
 * Chooses what computes, for everything in this process.
 *
 * `auto` takes the first that works of tfjs-node (native), smidgen-wasm (our own engine), wasm and cpu
 * (plain JavaScript). A backend works when one small training step runs on it. TensorFlow.js is put
 * into its production mode, which is its switch for silence.
 *
 * Under smidgen-wasm TensorFlow.js computes for models that the engine does not take: if `auto` chose it.
 * If it was named, such a model is an error.
 *
 * @throws UserError `unknown-backend`, or `backend-unavailable` when the named one does not work
 */
export async function selectBackend(preference: BackendPreference = "auto"): Promise<Backend> {
  return chooseBackend(preference, starters);
}

/** What was chosen last. Undefined as long as nobody has, or someone has with tfjs directly. */
let selected: SelectedBackend | undefined;

export interface SelectedBackend {
  readonly name: BackendName;
  /** By the user, not by `auto`. */
  readonly isNamed: boolean;
}

export function selectedBackend(): SelectedBackend | undefined {
  return selected;
}

/** The backend in use, selecting one if nobody has yet. */
export async function ensureBackend(): Promise<void> {
  // someone who registered a backend with tfjs directly has chosen already
  if (tf.engine().backendNames().length === 0) await selectBackend("auto");
  await tf.ready();
}

const starters: Readonly<Record<BackendName, StartBackend>> = {
  "tfjs-node": startTfjsNode,
  "smidgen-wasm": startSmidgenWasm,
  wasm: startWasm,
  cpu: startCpu,
};

/** `selectBackend` over any starters, so that tests can bring ones that fail. */
export async function chooseBackend(
  preference: BackendPreference,
  table: Readonly<Record<BackendName, StartBackend>>,
): Promise<Backend> {
  if (preference !== "auto" && !backendNames.includes(preference)) {
    throw new UserError("unknown-backend", `there is no backend "${preference as string}"`, {
      hint: `Choose one of auto, ${backendNames.join(", ")}.`,
    });
  }
  tf.enableProdMode();
  const passedOver: { name: BackendName; reason: string; cause: unknown }[] = [];
  for (const name of preference === "auto" ? backendNames : [preference]) {
    try {
      const description = await table[name]();
      smokeTest();
      selected = { name, isNamed: preference !== "auto" };
      return describe(name, description, passedOver);
    } catch (cause) {
      passedOver.push({ name, reason: reasonOf(cause), cause });
    }
  }
  throw new UserError(
    "backend-unavailable",
    passedOver.map(({ name, reason }) => `backend "${name}" does not work: ${reason}`).join("; "),
    {
      hint: "Choose auto, which takes the fastest backend that works here.",
      cause: passedOver[0]?.cause,
    },
  );
}

function describe(name: BackendName, what: string, tried: Backend["passedOver"]): Backend {
  const passedOver = tried.map((other) => ({ name: other.name, reason: other.reason }));
  const reasons = passedOver.map((other) => `${other.name} not used: ${other.reason}`);
  return { name, description: [what, ...reasons].join("; "), passedOver };
}

/** One line, whatever was thrown. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split("\n", 1)[0]!.trim() || "no reason given";
}
