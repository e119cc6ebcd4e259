import { fileURLToPath } from "node:url";
import { UserError } from "@smidgen/errors";
import { collectEnvironment, renderHtml, renderMarkdown, renderTerminal } from "@smidgen/report";
import { runRecord } from "../run-record.ts";
import type {
  DatasetFile,
  DeployFile,
  NetworksFile,
  SchemesFile,
  TfliteFile,
  TrainingFile,
} from "../results.ts";
import type { Stage, StageName } from "../stage.ts";

/** Puts every measurement on the terminal, into a Markdown file and onto one page. */
export async function report(stage: Stage): Promise<void> {
  const training = await stage.readJson<TrainingFile>("train", "training.json");
  const record = runRecord({
    dataset: await stage.readJson<DatasetFile>("dataset", "dataset.json"),
    training,
    float: await stage.readJson<TfliteFile>("convert", "convert.json"),
    int8: await stage.readJson<TfliteFile>("quantize", "quantize.json"),
    schemes: await readIfMade<SchemesFile>(stage, "quantize", "schemes.json"),
    networks: await readIfMade<NetworksFile>(stage, "networks", "networks.json"),
    deploy: await stage.readJson<DeployFile>("deploy", "deploy.json"),
    environment: collectEnvironment({ backend: training.backend.description }),
    recordedAt: new Date().toISOString(),
  });
  await stage.write("run.json", `${JSON.stringify(record, undefined, 2)}\n`);
  await stage.write("report.md", renderMarkdown(record));
  await stage.write("index.html", renderHtml(record));
  stage.log(renderTerminal(record, { color: false, columns: 110 }));
  const page = fileURLToPath(new URL("../../artifacts/report/index.html", import.meta.url));
  stage.log(`The same as a page: ${page}`);
}

/** Undefined if it was not made: the settings compare no schemes, `npm run networks` was not run. */
async function readIfMade<T>(stage: Stage, name: StageName, file: string): Promise<T | undefined> {
  try {
    return await stage.readJson<T>(name, file);
  } catch (error) {
    if (error instanceof UserError && error.code === "missing-artifact") return undefined;
    throw error;
  }
}
