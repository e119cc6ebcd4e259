import path from "node:path";
import {
  type Budget,
  defaultFamily,
  type Discarded,
  modelFile,
  searchNetworks,
  type SearchObserver,
  type SearchOutcome,
  type SearchResult,
} from "@smidgen/search";
import { epochsOf, percent, searchLine } from "../search/progress.ts";
import { searchSchema, type SearchSettings } from "../search/settings.ts";
import { count, counted, heading, table } from "../text.ts";
import { loadExamples } from "../train/load-examples.ts";
import type { Screen } from "../train/progress.ts";
import { checkAgainst, readJson } from "../train/settings.ts";

export interface SearchCommand {
  /** A folder. */
  readonly output: string;
  readonly config?: string | undefined;
  readonly json: boolean;
  /** What the command line says of the settings: it wins over the file. */
  readonly settings: SearchSettings;
}

/**
 * Finds networks that fit a budget: results in `results.jsonl`, int8 networks in `models`. Goes on with what is there.
 *
 * Returns whether it came to its end.
 *
 * @throws UserError `invalid-config`, and as `searchNetworks`
 */
export async function search(
  { output, config, json, settings: given }: SearchCommand,
  screen: Screen,
  signal: AbortSignal,
): Promise<boolean> {
  const file = config === undefined ? {} : await readJson(config);
  const base = checkAgainst(searchSchema, file, config ?? "the config file");
  const budget: Budget = { ...base.budget, ...given.budget };
  const { dataset = "mnist", ...options } = { ...base, ...given };
  const printer = printerOf(screen, json);
  try {
    const data = await loadExamples(dataset, printer);
    const outcome = await searchNetworks(
      data,
      {
        ...options,
        budget,
        family: { ...defaultFamily, ...options.family },
        results: path.join(output, "results.jsonl"),
        models: path.join(output, "models"),
        signal,
      },
      printer.observer,
    );
    printer.event("end", { ...outcome, output });
    printer.say(describe(outcome, output));
    if (outcome.end === "interrupted") {
      printer.say(`Stopped. The same command goes on; ${output} holds what is through.`);
    }
    return outcome.end === "finished";
  } finally {
    printer.clear();
  }
}

function printerOf(screen: Screen, json: boolean, now = () => performance.now()) {
  const isLive = screen.isTTY === true && !json;
  let isDrawn = false;
  let last = -Infinity;
  let begun = now();
  const clear = () => {
    if (isDrawn) screen.write("\r\u{1b}[2K");
    isDrawn = false;
  };
  const say = (text: string) => {
    if (json) return;
    clear();
    screen.write(`${text}\n`);
  };
  const event = (name: string, figures: object) =>
    void (json && screen.write(`${JSON.stringify({ event: name, ...figures })}\n`));
  const draw = (text: string) => {
    if (!isLive || now() - last < 100) return;
    last = now();
    screen.write(`\r\u{1b}[2K${text}`);
    isDrawn = true;
  };
  const observer: SearchObserver = {
    onSized: (sized, of) => draw(`Sizing networks  ${sized}/${of}`),
    onStart({ fitting, discarded }) {
      event("start", { fitting, discarded });
      say(`${counted(fitting.length, "network")} to train${reasons(discarded)}.`);
    },
    onRound(moment) {
      begun = now();
      event("round", moment);
      const { round, rounds, epochs, finished, networks } = moment;
      const found = finished > 0 ? `, ${finished} of them through already` : "";
      say(
        `Round ${round} of ${rounds}: ${counted(networks, "network")}, ${epochsOf(epochs)} each${found}`,
      );
    },
    onResult(result, moment) {
      const { finished, networks } = moment;
      event("result", { ...result, finished, networks });
      say(`  ${String(finished).padStart(String(networks).length)}/${networks}  ${line(result)}`);
    },
    onProgress: (moment) => draw(searchLine(moment, now() - begun, (screen.columns ?? 80) - 1)),
  };
  return { say, event, clear, observer };
}

function line({ name, sized, costs = sized, validation, problem }: SearchResult): string {
  const { flashBytes, ramBytes, multiplyAccumulates } = costs;
  const accuracy = validation === undefined ? problem : percent(validation.accuracy);
  return `${name}  ${accuracy}  flash ${count(flashBytes)}  RAM ${count(ramBytes)}  ${count(multiplyAccumulates)} multiply-accumulates`;
}

function reasons(discarded: readonly Discarded[]): string {
  if (discarded.length === 0) return "";
  const tooMuch = (["flashBytes", "ramBytes", "multiplyAccumulates"] as const).flatMap((each) => {
    const over = discarded.filter(({ exceeds }) => exceeds.includes(each)).length;
    return over === 0 ? [] : [`${over} for ${titles[each]}`];
  });
  const impossible = discarded.filter(({ costs }) => costs === undefined).length;
  if (impossible > 0) tooMuch.push(`${impossible} for the size of the images`);
  return `, ${count(discarded.length)} ${discarded.length === 1 ? "is" : "are"} beyond the budget (${tooMuch.join(", ")})`;
}

const titles = {
  flashBytes: "flash",
  ramBytes: "RAM",
  multiplyAccumulates: "multiply-accumulates",
} as const;

function describe({ front, results }: SearchOutcome, output: string): string {
  if (front.length === 0)
    return `Trained ${counted(results.length, "network")}; none is within the budget and of use.`;
  const rows = front.map(({ name, sized, costs = sized, validation }) => [
    name,
    percent(validation?.accuracy ?? 0),
    percent(validation?.floatAccuracy ?? 0),
    count(costs.flashBytes),
    count(costs.ramBytes),
    count(costs.multiplyAccumulates),
  ]);
  const head = ["network", "int8", "float", "flash", "RAM", "multiply-accumulates"];
  const [first] = front;
  return [
    "",
    heading("Pareto front: no other network is as accurate and costs less"),
    "",
    table(head, rows, [1, 2, 3, 4, 5]),
    "",
    `Accuracy on validation examples, after ${epochsOf(first?.epochs ?? 0)}. Files: ${path.join(output, "models", first === undefined ? "" : modelFile({ ...first, name: "NAME" }))}`,
  ].join("\n");
}
