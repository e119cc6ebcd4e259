import type { MachineFacts } from "./collect-environment.ts";

/**
 * The container this process runs in.
 *
 * Sources: the variable `container` of systemd's container interface; /.dockerenv of Docker;
 * /run/.containerenv of Podman; the service variables that Kubernetes gives every pod; the path of the
 * control group, version 1. Under version 2 a namespace hides that path, and the files that a container
 * engine lays over /etc tell instead.
 */
export function detectContainer({ env, readFile, fileExists }: MachineFacts): string | null {
  const traces = [
    readFile("/proc/1/cgroup") ?? "",
    // Not the other mounts: the machine that hosts the containers sees their file systems too.
    ...(readFile("/proc/self/mountinfo")?.match(/^.* \/etc\/(hosts|hostname|resolv\.conf) .*$/gm) ??
      []),
  ].join("\n");
  if (env["KUBERNETES_SERVICE_HOST"] || /\/(kubepods|kubelet\/pods)\b/.test(traces)) {
    return "Kubernetes";
  }
  if (fileExists("/run/.containerenv") || env["container"] === "podman") return "Podman";
  if (fileExists("/.dockerenv") || /\/docker[/-]/.test(traces)) return "Docker";
  if (env["container"] === "lxc" || /\/lxc[/.]/.test(traces)) return "LXC";
  if (/\/containerd\/|io\.containerd/.test(traces)) return "containerd";
  return env["container"] || null;
}

/**
 * The cloud that this machine is rented from: a service that names itself in the environment, or else
 * the maker that the firmware (DMI) names. No metadata server is asked.
 *
 * Sources for DMI: cloud-init's tools/ds-identify and systemd's src/basic/virt.c.
 */
export function detectCloud({ env, readFile }: MachineFacts): string | null {
  const service = firstSet(env, cloudServices);
  if (service !== undefined) return service;
  const firmware = ["sys_vendor", "product_name", "bios_vendor", "chassis_asset_tag"]
    .map((file) => readFile(`/sys/class/dmi/id/${file}`)?.trim() ?? "")
    .join("\n");
  return cloudFirmware.find(([pattern]) => pattern.test(firmware))?.[1] ?? null;
}

/**
 * The continuous integration service; "CI" where one is there but does not say its name.
 *
 * Source of the variables: vendors.json of the ci-info project.
 */
export function detectCi({ env }: MachineFacts): string | null {
  const service = firstSet(env, ciServices);
  if (service !== undefined) return service;
  return isSet(env["CI"]) ? "CI" : null;
}

/** Source: Microsoft's kernels have "microsoft" in their release, version 1 with a capital. */
export function detectWsl({ platform, osRelease, env }: MachineFacts): boolean {
  if (platform !== "linux") return false;
  return /microsoft/i.test(osRelease) || isSet(env["WSL_DISTRO_NAME"]);
}

/** Bytes that the control group allows, `null` where it allows all. */
export function memoryLimit({ totalMemoryBytes, readFile }: MachineFacts): number | null {
  const text =
    readFile("/sys/fs/cgroup/memory.max") ??
    readFile("/sys/fs/cgroup/memory/memory.limit_in_bytes") ??
    "max";
  const limit = Number(text.trim());
  // Version 2 says "max" for no limit, version 1 a number beyond all memory.
  return Number.isSafeInteger(limit) && limit > 0 && limit < totalMemoryBytes ? limit : null;
}

type Names = readonly (readonly [variable: string, name: string])[];

const cloudServices: Names = [
  ["CODESPACES", "GitHub Codespaces"],
  ["GITPOD_WORKSPACE_ID", "Gitpod"],
  ["COLAB_RELEASE_TAG", "Google Colab"],
  ["KAGGLE_KERNEL_RUN_TYPE", "Kaggle"],
  ["AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"],
  ["ECS_CONTAINER_METADATA_URI_V4", "Amazon ECS"],
  ["K_SERVICE", "Google Cloud Run"],
  ["CLOUD_SHELL", "Google Cloud Shell"],
  ["WEBSITE_INSTANCE_ID", "Azure App Service"],
  ["FLY_APP_NAME", "Fly.io"],
];

const cloudFirmware: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^Amazon EC2$/m, "Amazon EC2"],
  [/^Google( Compute Engine)?$/m, "Google Compute Engine"],
  // The asset tag that Azure gives its machines, and nobody else's Hyper-V.
  [/^7783-7084-3265-9085-8269-3286-77$/m, "Microsoft Azure"],
  [/^DigitalOcean$/m, "DigitalOcean"],
  [/^Hetzner$/m, "Hetzner"],
  [/^Alibaba Cloud/m, "Alibaba Cloud"],
  [/^OracleCloud\.com$/m, "Oracle Cloud"],
  [/^Scaleway$/m, "Scaleway"],
  [/^Vultr$/m, "Vultr"],
  [/^OpenStack/m, "OpenStack"],
];

const ciServices: Names = [
  ["GITHUB_ACTIONS", "GitHub Actions"],
  ["GITLAB_CI", "GitLab CI"],
  ["BUILDKITE", "Buildkite"],
  ["CIRCLECI", "CircleCI"],
  ["TF_BUILD", "Azure Pipelines"],
  ["BITBUCKET_BUILD_NUMBER", "Bitbucket Pipelines"],
  ["CODEBUILD_BUILD_ID", "AWS CodeBuild"],
  ["JENKINS_URL", "Jenkins"],
  ["TEAMCITY_VERSION", "TeamCity"],
  ["TRAVIS", "Travis CI"],
  ["APPVEYOR", "AppVeyor"],
  ["CIRRUS_CI", "Cirrus CI"],
  ["DRONE", "Drone"],
];

function firstSet(env: MachineFacts["env"], names: Names): string | undefined {
  return names.find(([variable]) => isSet(env[variable]))?.[1];
}

/** "false" and "0" are how people switch such a variable off. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false"].includes(value.toLowerCase());
}
