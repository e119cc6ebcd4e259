import { type Dataset, loadDataset } from "@smidgen/datasets";
import type { ProgressPrinter } from "./progress.ts";
import { datasetOf } from "./settings.ts";

/** A dataset by its name, or from a folder, and a line about it. */
export async function loadExamples(
  dataset: string,
  printer: Pick<ProgressPrinter, "say" | "event">,
): Promise<Dataset> {
  const place = datasetOf(dataset);
  const options = "name" in place ? place : { name: "mnist" as const, ...place, fallback: false };
  const loaded = await loadDataset(options, (event) => {
    if (event.kind === "downloaded") printer.say(`${event.url} → ${event.path}`);
    if (event.kind === "drawing") printer.say(`Drawing ${event.images} digits …`);
  });
  const { name, source, isFallback, train: examples, test } = loaded;
  printer.event("dataset", { name, source, isFallback });
  printer.say(
    `Data: ${isFallback ? `drawn digits, because ${dataset} was not found` : name}, from ${source.detail}; ` +
      `${examples.count.toLocaleString("en-US")} to train, ${test.count.toLocaleString("en-US")} to test`,
  );
  return loaded;
}
