import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "@smidgen/errors";
import { z } from "zod";

/** The stages of the study, in the order in which they run. `networks` runs on request alone. */
export const stageNames = [
  "dataset",
  "train",
  "convert",
  "quantize",
  "deploy",
  "networks",
  "report",
] as const;
export type StageName = (typeof stageNames)[number];

/** What a stage may touch: its settings, the results of earlier stages, and its own output folder. */
export interface Stage {
  /**
   * `config/NAME.json`, checked; environment variables win over the file.
   *
   * @throws UserError `invalid-config`, naming every wrong setting.
   */
  settings<Schema extends z.ZodType>(
    schema: Schema,
    overrides?: Readonly<Record<string, SettingOverride>>,
  ): Promise<z.output<Schema>>;
  /**
   * Path of another stage's result.
   *
   * @throws UserError `missing-artifact` if that stage has not finished.
   */
  result(stage: StageName, file: string): Promise<string>;
  readJson<T>(stage: StageName, file: string): Promise<T>;
  /** Where this stage writes a result; the folder around it exists. */
  output(file: string): Promise<string>;
  write(file: string, data: Uint8Array | string): Promise<void>;
  readonly log: (line: string) => void;
}

/** A setting that an environment variable may replace. */
export interface SettingOverride {
  readonly variable: string;
  readonly parse: (text: string) => unknown;
}

export interface StageFolders {
  readonly artifacts: string;
  readonly config: string;
}

const home = path.resolve(import.meta.dirname, "..");
const ownFolders: StageFolders = {
  artifacts: path.join(home, "artifacts"),
  config: path.join(home, "config"),
};

/**
 * Runs one stage so that its output folder holds either all of its results or nothing.
 *
 * The stage writes into a folder of another name, which takes its place only when the stage has returned.
 */
export async function runStage(
  name: StageName,
  run: (stage: Stage) => Promise<void>,
  { artifacts, config }: StageFolders = ownFolders,
  log: Stage["log"] = (line) => process.stdout.write(`${line}\n`),
): Promise<void> {
  const finished = path.join(artifacts, name);
  const unfinished = path.join(artifacts, `.${name}.unfinished`);
  await rm(finished, { recursive: true, force: true });
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });

  const output = async (file: string) => {
    const target = path.join(unfinished, file);
    await mkdir(path.dirname(target), { recursive: true });
    return target;
  };
  const result = async (stage: StageName, file: string) => {
    const source = path.join(artifacts, stage, file);
    const exists = await stat(source).then(
      () => true,
      () => false,
    );
    if (exists) return source;
    throw new UserError(
      "missing-artifact",
      `stage:${name} needs ${stage}/${file}, which is not there`,
      {
        hint: "Run `npm start`: it runs every stage that is out of date.",
      },
    );
  };
  await run({
    settings: (schema, overrides = {}) =>
      readSettings(path.join(config, `${name}.json`), schema, overrides),
    result,
    readJson: async <T>(stage: StageName, file: string) =>
      JSON.parse(await readFile(await result(stage, file), "utf8")) as T,
    output,
    write: async (file, data) => writeFile(await output(file), data),
    log,
  });
  await rename(unfinished, finished);
}

async function readSettings<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  overrides: Readonly<Record<string, SettingOverride>>,
): Promise<z.output<Schema>> {
  const shown = path.relative(home, file);
  const text = await readFile(file, "utf8");
  let settings: Record<string, unknown>;
  try {
    settings = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new UserError("invalid-config", `${shown} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const origins: string[] = [];
  for (const [setting, { variable, parse }] of Object.entries(overrides)) {
    const value = process.env[variable];
    if (value === undefined || value === "") continue;
    settings[setting] = parse(value);
    origins.push(`${setting} comes from ${variable}=${value}`);
  }
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = [z.prettifyError(parsed.error), ...origins].join("\n");
  throw new UserError("invalid-config", `${shown} has settings that cannot be used:\n${problems}`);
}

/** For whole numbers in environment variables; what is not one is left as text for the schema to refuse. */
export function numberFrom(text: string): unknown {
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}
