import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { selectBackend, type BackendPreference } from "@smidgen/training";
// not public: the parts that a machine where all is well never shows
import { backendNames } from "../src/backends/backend.ts";
import { startCpu } from "../src/backends/cpu.ts";
import { chooseBackend } from "../src/backends/select-backend.ts";
import { silently } from "../src/backends/silently.ts";
import { startTfjsNode } from "../src/backends/tfjs-node.ts";

vi.setConfig({ testTimeout: 300_000 });

/** Starts, and has no kernel. */
class Hollow extends tf.KernelBackend {
  override dispose(): void {}
}

const printed: string[] = [];

beforeEach(() => {
  printed.length = 0;
  const keep = (text: unknown) => Boolean(printed.push(String(text)));
  vi.spyOn(process.stdout, "write").mockImplementation(keep);
  vi.spyOn(process.stderr, "write").mockImplementation(keep);
  for (const method of ["log", "info", "warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((text) => void keep(text));
  }
});

afterEach(() => void vi.restoreAllMocks());

// first, as WebAssembly is started once in a process
test("wasm leaves the decision how the process ends to the process", async () => {
  const listeners = () => [
    ...process.listeners("uncaughtException"),
    ...process.listeners("unhandledRejection"),
  ];
  const before = listeners();
  await selectBackend("wasm");
  expect(listeners()).toEqual(before);
  expect(printed).toEqual([]);
});

describe("auto", () => {
  test("takes the fastest that works, and says why not a faster one", async () => {
    const { name, description, passedOver } = await selectBackend("auto");
    expect(["tfjs-node", "smidgen-wasm"]).toContain(name);
    expect(passedOver.map((other) => other.name)).toEqual(
      backendNames.slice(0, backendNames.indexOf(name)),
    );
    for (const { name: other, reason } of passedOver) {
      expect(reason).not.toBe("");
      expect(description).toContain(`${other} not used: ${reason}`);
    }
  });

  test("prints nothing", async () => {
    await selectBackend("auto");
    tf.add([1], [2]).dataSync();
    await selectBackend("cpu");
    tf.add([1], [2]).dataSync();
    expect(printed).toEqual([]);
  });
});

test.each([
  ["smidgen-wasm", "wasm", /Smidgen on WebAssembly with SIMD, and TensorFlow.js on WebAssembly/],
  ["wasm", "wasm", /^TensorFlow.js on WebAssembly/],
  ["cpu", "cpu", /plain JavaScript/],
] as const)("%s is taken when asked for", async (preference, tfjsName, description) => {
  const backend = await selectBackend(preference);
  expect(backend).toMatchObject({ name: preference, passedOver: [] });
  expect(backend.description).toMatch(description);
  expect(tf.getBackend()).toBe(tfjsName);
});

describe("a backend that does not work", () => {
  const broken = {
    "tfjs-node": () => Promise.reject(new Error("first line\nsecond line")),
    "smidgen-wasm": () => Promise.reject(new Error("no SIMD")),
    // packages throw anything
    // oxlint-disable-next-line prefer-promise-reject-errors
    wasm: () => Promise.reject("just text"),
    cpu: startCpu,
  };

  test("is passed over by auto, whatever it throws", async () => {
    expect(await chooseBackend("auto", broken)).toEqual({
      name: "cpu",
      description:
        "TensorFlow.js in plain JavaScript; tfjs-node not used: first line; " +
        "smidgen-wasm not used: no SIMD; wasm not used: just text",
      passedOver: [
        { name: "tfjs-node", reason: "first line" },
        { name: "smidgen-wasm", reason: "no SIMD" },
        { name: "wasm", reason: "just text" },
      ],
    });
  });

  test("is passed over when it starts and then cannot compute", async () => {
    tf.registerBackend("hollow", () => new Hollow());
    const startHollow = async () => {
      await tf.setBackend("hollow");
      return "hollow";
    };
    const { name, passedOver } = await chooseBackend("auto", { ...broken, wasm: startHollow });
    expect(name).toBe("cpu");
    expect(passedOver[2]).toMatchObject({
      name: "wasm",
      reason: expect.stringMatching(/\S/) as string,
    });
    tf.removeBackend("hollow");
  });

  test("is an error when asked for by name", async () => {
    await expect(chooseBackend("tfjs-node", broken)).rejects.toMatchObject({
      name: "UserError",
      code: "backend-unavailable",
      message: 'backend "tfjs-node" does not work: first line',
      hint: expect.stringContaining("auto") as string,
      cause: expect.any(Error) as Error,
    });
  });

  test("is an error when there is no other", async () => {
    const none = { ...broken, cpu: () => Promise.reject(new Error("no")) };
    await expect(chooseBackend("auto", none)).rejects.toMatchObject({
      code: "backend-unavailable",
      message: expect.stringMatching(/tfjs-node.*smidgen-wasm.*wasm.*cpu/) as string,
    });
  });
});

test("an unknown backend is named, with those there are", async () => {
  await expect(selectBackend("webgpu" as BackendPreference)).rejects.toMatchObject({
    code: "unknown-backend",
    message: 'there is no backend "webgpu"',
    hint: "Choose one of auto, tfjs-node, smidgen-wasm, wasm, cpu.",
  });
});

describe("tfjs-node", () => {
  const core = createRequire(import.meta.url).resolve("@tensorflow/tfjs-core");
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "smidgen-tfjs-node-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A package that stands in for the real one, seen from a directory of its own. */
  function install(main: string, { built = true } = {}): NodeJS.Require {
    const home = join(directory, "node_modules", "@tensorflow", "tfjs-node");
    mkdirSync(join(home, "lib", "napi-v8"), { recursive: true });
    writeFileSync(join(home, "package.json"), JSON.stringify({ main: "index.js" }));
    writeFileSync(join(home, "index.js"), main);
    if (built) writeFileSync(join(home, "lib", "napi-v8", "tfjs_binding.node"), "");
    return createRequire(join(directory, "index.js"));
  }

  const noise = `
    process.stdout.write("noise"); process.stderr.write("noise");
    console.warn("noise"); process.emitWarning("noise");
  `;

  test("starts where it is built, in silence", async () => {
    const require = install(`
      ${noise}
      const tf = require(${JSON.stringify(core)});
      tf.registerBackend("tensorflow", () => new (class extends tf.KernelBackend { dispose() {} })());
    `);
    expect(await startTfjsNode(require)).toBe("TensorFlow.js on native TensorFlow");
    expect(tf.getBackend()).toBe("tensorflow");
    await startCpu();
    tf.removeBackend("tensorflow");
    expect(printed.filter((text) => text !== "noise")).toEqual([]);
  });

  test("that throws while loading leaves no backend behind", async () => {
    const require = install(`
      const tf = require(${JSON.stringify(core)});
      tf.registerBackend("tensorflow", () => new (class extends tf.KernelBackend { dispose() {} })());
      throw new Error("libtensorflow.so.2: cannot open shared object file");
    `);
    await expect(startTfjsNode(require)).rejects.toThrow("libtensorflow.so.2");
    expect(tf.engine().backendNames()).not.toContain("tensorflow");
  });

  test("that is not built is not loaded at all", async () => {
    const require = install(`throw new Error("loaded")`, { built: false });
    await expect(startTfjsNode(require)).rejects.toThrow("its native add-on is not built");
  });

  test("that is not installed is said to be so", async () => {
    const resolve = () => {
      throw new Error("Cannot find module");
    };
    const require = { resolve } as unknown as NodeJS.Require;
    await expect(startTfjsNode(require)).rejects.toThrow("@tensorflow/tfjs-node is not installed");
  });
});

describe("silently", () => {
  test("drops what is printed meanwhile, and nothing after", () => {
    const result = silently(() => {
      process.stdout.write("dropped");
      process.stderr.write("dropped");
      return 7;
    });
    process.stdout.write("kept");
    expect(result).toBe(7);
    expect(printed).toEqual(["kept"]);
  });

  test("gives the outputs back when it throws", () => {
    const fail = () =>
      silently(() => {
        throw new Error("inside");
      });
    expect(fail).toThrow("inside");
    process.stderr.write("kept");
    expect(printed).toEqual(["kept"]);
  });
});
