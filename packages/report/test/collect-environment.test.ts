import { collectEnvironment, type MachineFacts, parseRunRecord } from "@smidgen/report";
import { expect, test } from "vitest";
import { mnistRecord } from "./fixtures/records.ts";

test("this machine's facts fit into a record", () => {
  const record = { ...mnistRecord, environment: collectEnvironment({ backend: "cpu" }) };
  expect(parseRunRecord(JSON.stringify(record), "run.json")).toEqual(record);
});

test("facts come out as they are", () => {
  expect(collectEnvironment({ backend: "tfjs-node 4" }, machine())).toEqual({
    os: "Debian GNU/Linux 12 (bookworm)",
    kernel: "Linux 6.1.0-28-amd64",
    architecture: "x64",
    cpu: { model: "AMD EPYC 7763", count: 4, available: 2 },
    memory: { totalBytes: 8_000_000_000, limitBytes: null },
    node: "20.19.5",
    backend: "tfjs-node 4",
    container: null,
    cloud: null,
    ci: null,
    wsl: false,
  });
});

test.each<[string, Partial<MachineFacts>, string]>([
  [
    "a distribution in quotes",
    { readFile: files({ "/etc/os-release": 'ID=x\nPRETTY_NAME="Alpine 3"\n' }) },
    "Alpine 3",
  ],
  [
    "a distribution without",
    { readFile: files({ "/usr/lib/os-release": "PRETTY_NAME=Void\n" }) },
    "Void",
  ],
  ["no os-release", { readFile: files({}) }, "Linux"],
  ["macOS", { platform: "darwin", osType: "Darwin" }, "macOS"],
  ["Windows", { platform: "win32", osVersion: "Windows 11 Pro" }, "Windows 11 Pro"],
])("the operating system: %s", (_, facts, expected) => {
  expect(collect(facts).os).toBe(expected);
});

test("a machine that hides its CPUs still has some", () => {
  const hidden = collect({ cpuModels: [], availableParallelism: 3 });
  expect(hidden.cpu).toEqual({ model: null, count: 3, available: 3 });
});

test.each<[string, Partial<MachineFacts>, string | null]>([
  ["Docker's file", { fileExists: (path) => path === "/.dockerenv" }, "Docker"],
  ["Podman's file", { fileExists: (path) => path === "/run/.containerenv" }, "Podman"],
  [
    "a pod's variable, in a container that Docker made",
    { env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, fileExists: (path) => path === "/.dockerenv" },
    "Kubernetes",
  ],
  [
    "control groups, version 1, Docker",
    { readFile: files({ "/proc/1/cgroup": "12:memory:/docker/4f1a\n" }) },
    "Docker",
  ],
  [
    "control groups, version 1, Kubernetes",
    { readFile: files({ "/proc/1/cgroup": "12:memory:/kubepods/burstable/pod1/4f1a\n" }) },
    "Kubernetes",
  ],
  [
    "mounts, where version 2 hides the group",
    {
      readFile: files({
        "/proc/1/cgroup": "0::/\n",
        "/proc/self/mountinfo":
          "7 1 8:1 /var/lib/docker/containers/4f1a/hostname /etc/hostname rw\n",
      }),
    },
    "Docker",
  ],
  [
    "a machine that hosts containers but is none",
    {
      readFile: files({
        "/proc/1/cgroup": "0::/init.scope\n",
        "/proc/self/mountinfo":
          "9 1 0:4 / /var/lib/docker/overlay2/4f1a/merged rw - overlay overlay rw\n" +
          "9 1 0:5 / /var/lib/kubelet/pods/4f1a/volumes/x rw - tmpfs tmpfs rw\n",
      }),
    },
    null,
  ],
  ["systemd's variable, LXC", { env: { container: "lxc" } }, "LXC"],
  ["systemd's variable, a new one", { env: { container: "systemd-nspawn" } }, "systemd-nspawn"],
  [
    "a plain machine",
    {
      readFile: files({
        "/proc/1/cgroup": "0::/init.scope\n",
        "/proc/self/mountinfo": "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n",
      }),
    },
    null,
  ],
])("containers: %s", (_, facts, expected) => {
  expect(collect(facts).container).toBe(expected);
});

test.each<[string, Partial<MachineFacts>, string | null]>([
  ["EC2", dmi({ sys_vendor: "Amazon EC2", product_name: "m5.large" }), "Amazon EC2"],
  [
    "Google",
    dmi({ sys_vendor: "Google", product_name: "Google Compute Engine" }),
    "Google Compute Engine",
  ],
  [
    "Azure",
    dmi({
      sys_vendor: "Microsoft Corporation",
      chassis_asset_tag: "7783-7084-3265-9085-8269-3286-77",
    }),
    "Microsoft Azure",
  ],
  [
    "Hyper-V at home",
    dmi({ sys_vendor: "Microsoft Corporation", product_name: "Virtual Machine" }),
    null,
  ],
  ["a laptop", dmi({ sys_vendor: "LENOVO", product_name: "20XW" }), null],
  ["a service in the environment", { env: { CODESPACES: "true" } }, "GitHub Codespaces"],
  ["a service switched off", { env: { CODESPACES: "false" } }, null],
])("clouds: %s", (_, facts, expected) => {
  expect(collect(facts).cloud).toBe(expected);
});

test.each<[Record<string, string>, string | null]>([
  [{ CI: "true", GITHUB_ACTIONS: "true" }, "GitHub Actions"],
  [{ GITLAB_CI: "true" }, "GitLab CI"],
  [{ CI: "1" }, "CI"],
  [{ CI: "false" }, null],
  [{ CI: "" }, null],
  [{}, null],
])("continuous integration: %o", (env, expected) => {
  expect(collect({ env }).ci).toBe(expected);
});

test.each<[string, Partial<MachineFacts>, boolean]>([
  ["version 1", { osRelease: "4.4.0-19041-Microsoft" }, true],
  ["version 2", { osRelease: "5.15.167.4-microsoft-standard-WSL2" }, true],
  ["an own kernel", { env: { WSL_DISTRO_NAME: "Debian" } }, true],
  ["Windows itself", { platform: "win32", env: { WSL_DISTRO_NAME: "Debian" } }, false],
  ["plain Linux", {}, false],
])("Windows Subsystem for Linux: %s", (_, facts, expected) => {
  expect(collect(facts).wsl).toBe(expected);
});

test.each<[string, Record<string, string>, number | null]>([
  ["version 2", { "/sys/fs/cgroup/memory.max": "2000000000\n" }, 2_000_000_000],
  ["version 2 without limit", { "/sys/fs/cgroup/memory.max": "max\n" }, null],
  ["version 1", { "/sys/fs/cgroup/memory/memory.limit_in_bytes": "512000000\n" }, 512_000_000],
  [
    "version 1 without",
    { "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n" },
    null,
  ],
  ["more than there is", { "/sys/fs/cgroup/memory.max": "9000000000\n" }, null],
  ["nonsense", { "/sys/fs/cgroup/memory.max": "lots\n" }, null],
])("memory limits of control groups: %s", (_, texts, expected) => {
  expect(collect({ readFile: files(texts) }).memory.limitBytes).toBe(expected);
});

function collect(facts: Partial<MachineFacts>) {
  return collectEnvironment({ backend: "cpu" }, machine(facts));
}

/** A Debian machine without any surroundings, but for what is given. */
function machine(facts: Partial<MachineFacts> = {}): MachineFacts {
  return {
    platform: "linux",
    osType: "Linux",
    osRelease: "6.1.0-28-amd64",
    osVersion: "#1 SMP Debian 6.1.119-1",
    architecture: "x64",
    cpuModels: Array.from({ length: 4 }, () => "AMD EPYC 7763 "),
    availableParallelism: 2,
    totalMemoryBytes: 8_000_000_000,
    nodeVersion: "20.19.5",
    env: {},
    readFile: files({
      "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
    }),
    fileExists: () => false,
    ...facts,
  };
}

function files(texts: Record<string, string>): MachineFacts["readFile"] {
  return (path) => texts[path];
}

function dmi(values: Record<string, string>): Partial<MachineFacts> {
  return {
    readFile: (path) =>
      Object.entries(values).find(([file]) => path === `/sys/class/dmi/id/${file}`)?.[1],
  };
}
