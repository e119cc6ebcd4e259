import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findBackendFactory, removeBackend, setBackend } from "@tensorflow/tfjs-core";
import { silently } from "./silently.ts";

/**
 * The native TensorFlow, where `@tensorflow/tfjs-node` is installed and built. It is an optional
 * dependency: many machines have no prebuilt add-on and no compiler for it.
 */
export async function startTfjsNode(require = createRequire(import.meta.url)): Promise<string> {
  if (!isBuilt(require)) throw new Error("its native add-on is not built");
  // TensorFlow's C++ tells of its CPU features otherwise
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  try {
    // require, and not import, so that the whole of loading happens between two ticks
    silently(() => require("@tensorflow/tfjs-node"));
    if (!(await setBackend("tensorflow"))) throw new Error("it did not start");
  } catch (cause) {
    // null if there is none, whatever its type says
    if ((findBackendFactory("tensorflow") as unknown) !== null) removeBackend("tensorflow");
    throw cause;
  }
  return "TensorFlow.js on native TensorFlow";
}

/** Package managers keep the package when its add-on fails to build. Looking is cheap, loading is not. */
function isBuilt(require: NodeJS.Require): boolean {
  let directory: string;
  try {
    directory = join(dirname(require.resolve("@tensorflow/tfjs-node/package.json")), "lib");
  } catch {
    throw new Error("@tensorflow/tfjs-node is not installed");
  }
  // lib/napi-v8/tfjs_binding.node
  return (
    existsSync(directory) &&
    readdirSync(directory).some((napi) => existsSync(join(directory, napi, "tfjs_binding.node")))
  );
}
