import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { coreNames, findToolchains, missingFor, toolNames } from "@smidgen/device";
import { announceSkipped } from "@smidgen/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smidgen, smidgenWith } from "./run-command.ts";

const model = path.resolve(
  import.meta.dirname,
  "../../../packages/runtime/test/golden/s_mlp_784_28_10/model.tflite",
);
const toolchains = await findToolchains();
const cores = coreNames.filter((core) => missingFor(core, toolchains).length === 0);
if (!cores.includes("cortex-m4")) {
  announceSkipped("smidgen measure on cortex-m4", toolchains["arm-none-eabi-gcc"].install.debian);
}
const canCompile = toolchains.gcc.version !== undefined;
if (!canCompile) announceSkipped("code of smidgen generate, run", toolchains.gcc.install.debian);
const withoutTools = { PATH: "/nonexistent", Path: "/nonexistent" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("smidgen generate", () => {
  test("writes a project, and keeps what someone has changed in it", async () => {
    const output = path.join(folder, "digits");
    const args = ["generate", model, "-o", output, "--name", "digits"];
    const { code, stdout } = await smidgen(...args, "--labels", "0,1,2,3,4,5,6,7,8,nine");
    expect(code).toBe(0);
    expect(stdout).toContain("Call smg_digits_run");
    const header = await readFile(path.join(output, "model.h"), "utf8");
    expect(header).toContain("smg_digits_run(const int8_t in[784], int8_t out[10])");
    expect(await readFile(path.join(output, "model.c"), "utf8")).toContain('"nine"');

    await writeFile(path.join(output, "main.c"), "mine");
    await writeFile(path.join(output, "model.h"), "stale");
    const again = await smidgen(...args);
    expect(again.stdout).toMatch(/main\.c +kept as it is/);
    expect(await readFile(path.join(output, "main.c"), "utf8")).toBe("mine");
    expect(await readFile(path.join(output, "model.h"), "utf8")).toBe(
      header.replace(/\/\* What each element[\s\S]*?;\n\n/, ""),
    );
    expect((await readdir(output)).some((name) => name.includes("unfinished"))).toBe(false);
  });

  test("drops the softmax and takes inputs in working memory of the caller", async () => {
    const output = path.join(folder, "scores");
    const args = ["generate", model, "-o", output, "--name", "digits", "--softmax", "drop"];
    const { code } = await smidgen(...args, "--inputs", "arena", "--arena", "caller");
    expect(code).toBe(0);
    const header = await readFile(path.join(output, "model.h"), "utf8");
    expect(header).toContain("int8_t *smg_digits_input(uint8_t arena[SMG_DIGITS_ARENA_BYTES])");
    expect(header).toContain("smg_digits_run(int8_t out[10], uint8_t arena[");
    expect(await readdir(path.join(output, "smidgen"))).not.toContainEqual(
      expect.stringContaining("softmax"),
    );
  });

  test.runIf(canCompile)("what it writes with every switch computes as it should", async () => {
    const output = path.join(folder, "compiled");
    const args = ["generate", model, "-o", output, "--softmax", "drop", "--inputs", "arena"];
    expect((await smidgen(...args, "--arena", "caller")).code).toBe(0);
    await promisify(execFile)("make", ["-C", output]);
    // Its exit code says whether it computes what the interpreter does.
    await promisify(execFile)(path.join(output, "main"));
  });

  test.each([
    ["arduino", "library.properties", "examples/digits/digits.ino"],
    ["platformio", "library.json", "examples/digits/main.c"],
  ])("writes a library for %s, and keeps its description", async (layout, description, example) => {
    const output = path.join(folder, layout);
    const args = ["generate", model, "-o", output, "--name", "digits", "--layout", layout];
    const { code, stdout } = await smidgen(...args);
    expect(code).toBe(0);
    expect(stdout).toContain("Call smg_digits_run, declared in <smg_digits.h> of the library.");
    expect((await readdir(output)).toSorted()).toEqual(
      ["README.md", "examples", description, "src"].toSorted(),
    );
    const files = ["smg_digits.h", "model.h", "model.c", "smidgen"];
    expect((await readdir(path.join(output, "src"))).toSorted()).toEqual(files.toSorted());
    expect(await readFile(path.join(output, example), "utf8")).toContain("smg_digits_run(");

    await writeFile(path.join(output, description), "mine");
    await writeFile(path.join(output, example), "mine");
    expect((await smidgen(...args)).stdout.match(/kept as it is/g)).toHaveLength(2);
    expect(await readFile(path.join(output, description), "utf8")).toBe("mine");
  });

  test.each([
    ["--softmax", "remove", "keep, drop"],
    ["--inputs", "stack", "caller, arena"],
    ["--layout", "cmake", "plain, arduino, platformio"],
  ])("refuses %s %s, and says what there is", async (option, value, allowed) => {
    const output = path.join(folder, "refused");
    const { code, stderr } = await smidgen("generate", model, "-o", output, option, value);
    expect(code).toBe(1);
    expect(stderr).toContain(`Allowed choices are ${allowed}.`);
    expect(await readdir(folder)).not.toContain("refused");
  });

  test("refuses to drop a softmax that there is not", async () => {
    const lstm = path.join(model, "../../s_lstm_int8/model.tflite");
    const { code, stderr } = await smidgen("generate", lstm, "-o", folder, "--softmax", "drop");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^smidgen: model ".*" ends in .*, not in a softmax\n/);
  });

  test("refuses a name that is none in C", async () => {
    const { code, stderr } = await smidgen("generate", model, "-o", folder, "--name", "a;b");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^smidgen: "a;b" cannot be part of the name of a C function\n/);
  });

  test("refuses a file where the folder should be", async () => {
    const file = path.join(folder, "taken");
    await writeFile(file, "mine");
    const { code, stderr } = await smidgen("generate", model, "-o", file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^smidgen: .*taken cannot be made: there is a file of that name\n$/);
    expect(await readFile(file, "utf8")).toBe("mine");
  });
});

describe("smidgen doctor", () => {
  test("lists every tool with its version", async () => {
    const { code, stdout } = await smidgen("doctor", "--json");
    expect(code).toBe(0);
    const { tools } = JSON.parse(stdout) as {
      tools: readonly { name: string; found: boolean; version?: string }[];
    };
    expect(tools.map(({ name }) => name)).toEqual(toolNames);
    const versions = Object.values(toolchains).map((tool) => tool.version);
    expect(tools.map((tool) => tool.version)).toEqual(versions);
    expect(tools.map(({ found }) => found)).toEqual(versions.map((v) => v !== undefined));
  });

  test("says how to get what is missing", async () => {
    const { code, stdout } = await smidgenWith(withoutTools, "doctor");
    expect(code).toBe(0);
    expect(stdout).toMatch(/qemu-system-arm +missing/);
    expect(stdout).toMatch(/qemu-system-arm was not found:\n {2}(apt-get|brew|winget) install/);
  });
});

describe("smidgen measure", () => {
  test("estimates where nothing can be measured, and says so", async () => {
    const { code, stdout } = await smidgenWith(withoutTools, "measure", model);
    expect(code).toBe(0);
    for (const core of coreNames) {
      expect(stdout).toMatch(new RegExp(`${core} +\\? +about [\\d,]+ .*not run +ESTIMATE`));
    }
    expect(stdout).toContain("Not measured, but estimated: arm-none-eabi-gcc was not found");
    expect(stdout).toContain("Install what is missing: ");
  });

  test.runIf(cores.includes("cortex-m4"))(
    "counts the instructions of each operator, and finds the outputs equal",
    async () => {
      const args = ["measure", model, "--target", "cortex-m4", "--steps", "--json"];
      const { code, stdout } = await smidgen(...args, "--samples", "2");
      expect(code).toBe(0);
      const report = JSON.parse(stdout) as {
        equal: boolean;
        samples: number;
        outcomes: readonly [
          {
            measurement: {
              instructions: number[];
              stepInstructions: { operator: number; instructions: number }[];
            };
          },
        ];
      };
      expect(report).toMatchObject({ equal: true, samples: 4 });
      const { instructions, stepInstructions } = report.outcomes[0].measurement;
      expect(instructions).toHaveLength(4);
      expect(stepInstructions.map(({ operator }) => operator)).toEqual([0, 1, 2]);
      const sum = stepInstructions.reduce((total, step) => total + step.instructions, 0);
      expect(sum / (instructions[0] as number)).toBeCloseTo(1, 1);
    },
  );

  test.runIf(cores.includes("cortex-m4"))(
    "goes on where an emulator fails, and tells of it",
    async () => {
      const bin = path.join(folder, "bin");
      await mkdir(bin);
      const script = `#!/bin/sh\ncase "$*" in *--version*) echo "QEMU emulator version 1.0";; *) echo "unsupported machine type" >&2; exit 1;; esac\n`;
      await writeFile(path.join(bin, "qemu-system-arm"), script, { mode: 0o755 });
      const PATH = `${bin}${path.delimiter}${process.env["PATH"]}`;
      const args = ["measure", model, "--target", "cortex-m4", "cortex-m3"];
      const { code, stdout } = await smidgenWith({ PATH }, ...args);
      expect(code).toBe(1);
      expect(stdout).toMatch(/cortex-m4 .*FAILED[\s\S]*cortex-m3 .*FAILED/);
      expect(stdout).toMatch(
        /cortex-m4: qemu-system-arm ended with 1 .*: unsupported machine type\. A newer QEMU/,
      );
    },
  );

  test("knows every core", async () => {
    const { stderr } = await smidgen("measure", model, "--target", "z80");
    expect(stderr).toContain(`Allowed choices are ${coreNames.join(", ")}, host.`);
  });
});
