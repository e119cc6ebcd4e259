import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import {
  detectCi,
  detectCloud,
  detectContainer,
  detectWsl,
  memoryLimit,
} from "./detect-surroundings.ts";
import type { Environment } from "./run-record.ts";

/** What the machine says of itself; injected in tests. */
export interface MachineFacts {
  /** As `process.platform`. */
  readonly platform: string;
  /** As `os.type()`: "Linux", "Darwin", "Windows_NT". */
  readonly osType: string;
  /** As `os.release()`: the kernel's. */
  readonly osRelease: string;
  /** As `os.version()`. */
  readonly osVersion: string;
  readonly architecture: string;
  readonly cpuModels: readonly string[];
  readonly availableParallelism: number;
  readonly totalMemoryBytes: number;
  readonly nodeVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or undefined where it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  readonly fileExists: (path: string) => boolean;
}

/**
 * Where the measurements are made, as far as the machine tells. Containers, clouds, CI and WSL are
 * recognized by their traces: `null` means "not detected", not "not there".
 *
 * `backend`: what runs tensors in JavaScript, "@tensorflow/tfjs-node 4.22.0".
 */
export function collectEnvironment(
  { backend }: { readonly backend: string },
  facts: MachineFacts = thisMachine(),
): Environment {
  return {
    os: osName(facts),
    kernel: `${facts.osType} ${facts.osRelease}`,
    architecture: facts.architecture,
    cpu: {
      model: facts.cpuModels[0]?.trim() || null,
      // Some systems hide the list; what may be used is then all that is known.
      count: facts.cpuModels.length || facts.availableParallelism,
      available: facts.availableParallelism,
    },
    memory: { totalBytes: facts.totalMemoryBytes, limitBytes: memoryLimit(facts) },
    node: facts.nodeVersion,
    backend,
    container: detectContainer(facts),
    cloud: detectCloud(facts),
    ci: detectCi(facts),
    wsl: detectWsl(facts),
  };
}

/** Linux distributions name themselves in os-release(5); the others in `os.version()`. */
function osName({ platform, osType, osVersion, readFile }: MachineFacts): string {
  if (platform === "linux") {
    const release = readFile("/etc/os-release") ?? readFile("/usr/lib/os-release") ?? "";
    const name = /^PRETTY_NAME=(["']?)(.+)\1$/m.exec(release)?.[2];
    return name ?? osType;
  }
  if (platform === "darwin") return "macOS";
  return osVersion || osType;
}

function thisMachine(): MachineFacts {
  return {
    platform: process.platform,
    osType: os.type(),
    osRelease: os.release(),
    osVersion: os.version(),
    architecture: os.arch(),
    cpuModels: os.cpus().map(({ model }) => model),
    availableParallelism: os.availableParallelism(),
    totalMemoryBytes: os.totalmem(),
    nodeVersion: process.versions.node,
    env: process.env,
    fileExists: existsSync,
    readFile: (path) => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
  };
}
