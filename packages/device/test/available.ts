import { canSanitize, coreNames, findToolchains, missingFor } from "@smidgen/device";
import { announceSkipped } from "@smidgen/testing";

export const toolchains = await findToolchains();

/** Cores whose compiler and emulator are here. The terminal says which are not. */
export const availableCores = coreNames.filter((core) => {
  const missing = missingFor(core, toolchains);
  if (missing.length === 0) return true;
  announceSkipped(
    `generated code on ${core}`,
    missing.map(({ problem, install }) => `${problem}: ${install.debian}.`).join(" "),
  );
  return false;
});

/** Compilers for this machine. */
export const availableCompilers = (["gcc", "clang"] as const).filter((name) => {
  const { problem, install } = toolchains[name];
  if (problem === undefined) return true;
  announceSkipped(`generated code with ${name}`, `${problem}: ${install.debian}.`);
  return false;
});

const able = await Promise.all(availableCompilers.map((compiler) => canSanitize(compiler)));

/** Those of them that have sanitizers. */
export const sanitizingCompilers = availableCompilers.filter((compiler, i) => {
  if (able[i]) return true;
  announceSkipped(
    `generated code with the sanitizers of ${compiler}`,
    "It is installed without them.",
  );
  return false;
});
