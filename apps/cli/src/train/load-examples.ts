import { stat } from "node:fs/promises";
import { type Dataset, datasetNames, loadDataset } from "@smidgen/datasets";
import { UserError } from "@smidgen/errors";
import { count, counted } from "../text.ts";
import type { ProgressPrinter } from "./progress.ts";
import { datasetOf } from "./settings.ts";

/**
 * A dataset by its name, or from a folder, and a line about it.
 *
 * @throws UserError `unknown-dataset`, if it is neither; and as `loadDataset`
 */
export async function loadExamples(
  dataset: string,
  printer: Pick<ProgressPrinter, "say" | "event">,
): Promise<Dataset> {
  const place = datasetOf(dataset);
  if ("directory" in place) await requireFolder(place.directory, dataset);
  const options = "name" in place ? place : { name: "mnist" as const, ...place, fallback: false };
  const loaded = await loadDataset(options, (event) => {
    if (event.kind === "downloaded") printer.say(`${event.url} → ${event.path}`);
    if (event.kind === "drawing") printer.say(`Drawing ${count(event.images)} digits …`);
  });
  const { name, source, isFallback } = loaded;
  printer.event("dataset", { name, source, isFallback });
  printer.say(describeExamples(loaded, dataset));
  return loaded;
}

async function requireFolder(directory: string, dataset: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const names = datasetNames.join(", ");
  throw new UserError(
    "unknown-dataset",
    `${dataset} is ${found === undefined ? `neither a dataset (${names}) nor a folder that is there` : "a file, not a folder with IDX files"}`,
    {
      hint:
        "A folder of your own holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and " +
        "t10k-labels-idx1-ubyte, plain or as .gz: images and labels in the format of MNIST.",
    },
  );
}

/** What was asked for, where it is from, and how much it is: one line, and one for each place that had no dataset. */
export function describeExamples(
  {
    name,
    source,
    isFallback,
    train,
    test,
  }: Pick<Dataset, "name" | "source" | "isFallback"> & {
    readonly train: { readonly count: number };
    readonly test: { readonly count: number };
  },
  asked: string,
): string {
  const counts = `${counted(train.count, "image")} to train, ${count(test.count)} to test`;
  if (isFallback) {
    const why = source.lookedAt.map((looked) => `\n  ${looked.place}: ${looked.why}`);
    return `Data: ${name} ${source.detail}, because ${asked} was not found; ${counts}${why.join("")}`;
  }
  return `Data: ${origin(name, source, asked)}; ${counts}`;
}

function origin(name: string, { kind, detail, isPublished }: Dataset["source"], asked: string) {
  if (kind === "embedded") return `${name}, ${detail}`;
  if (kind === "download") return `${name}, downloaded from ${detail}`;
  if (isPublished) return `${name}, from ${detail}`;
  // Of a folder that was named, nothing but its content says what is on the images.
  return asked === name ? `${name}, from ${detail}, other files than those published` : detail;
}
