import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "@smidgen/errors";
import {
  type ConvNetwork,
  type Examples,
  splitExamples,
  type TrainingData,
} from "@smidgen/training";
import { type Constraint, type Costs, excessOf, nothingFits } from "./budget.ts";
import type { Surroundings, TrainedCandidate } from "./candidate.ts";
import { inDrawnOrder, networkName, networksOf } from "./family.ts";
import { lead, paretoFront } from "./pareto.ts";
import { openResults, type ResultsFile, type SearchResult } from "./results-file.ts";
import { checkSearchOptions, type SearchOptions, type SearchSettings } from "./search-options.ts";
import { startThreads, type Threads } from "./threads.ts";

/** A network that was not trained. */
export interface Discarded {
  readonly name: string;
  /** Absent if it does not take such images at all. */
  readonly costs?: Costs;
  /** What of the budget it exceeds. */
  readonly exceeds: readonly Constraint[];
}

export interface SearchOutcome {
  readonly end: "finished" | "interrupted";
  /** Of the last round that there are results of: what no other network of it beats. Cheapest flash first. */
  readonly front: readonly SearchResult[];
  /** All of this search, round by round. */
  readonly results: readonly SearchResult[];
  readonly discarded: readonly Discarded[];
}

/** Where a search is. */
export interface SearchMoment {
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  readonly epochs: number;
  /** Trainings of this round, those found in the file included. */
  readonly finished: number;
  readonly networks: number;
  /** Multiply-accumulates of this round's trainings that this process has done, and all that were left to it. */
  readonly workDone: number;
  readonly work: number;
  /** Of this round's int8 networks so far. */
  readonly bestAccuracy: number | undefined;
}

/** Told how a search goes. */
export interface SearchObserver {
  /** While networks are sized: how many of how many. */
  readonly onSized?: (count: number, of: number) => void;
  /** Before the first training. `fitting`: names of networks that are within the budget and were drawn. */
  readonly onStart?: (start: {
    readonly fitting: readonly string[];
    readonly discarded: readonly Discarded[];
  }) => void;
  readonly onRound?: (moment: SearchMoment) => void;
  /** A training is through, and in the file. */
  readonly onResult?: (result: SearchResult, moment: SearchMoment) => void;
  readonly onProgress?: (moment: SearchMoment) => void;
}

/**
 * Trains a family of networks in worker threads, those that fit a budget, and finds which are worth their bytes.
 *
 * They are judged as int8 by validation examples: `data.validation`, or a part of `data.train`. `data.test` is not looked
 * at. The same data and options give the same results, bit for bit, with any number of threads and however often the search was
 * stopped; only the order of lines in the file varies.
 *
 * @throws UserError `invalid-options`, `invalid-budget`; `nothing-fits`, naming the constraint; `corrupt-results`,
 *   `results-mismatch`; and as `train`, `measure` of @smidgen/device
 */
export async function searchNetworks(
  data: TrainingData,
  options: SearchOptions,
  observer: SearchObserver = {},
): Promise<SearchOutcome> {
  const settings = checkSearchOptions(options);
  const around = surroundingsOf(data, settings);
  const file = await openResults(settings.results, identityOf(around));
  const threads = startThreads(settings.threads, around);
  const { signal } = settings;
  const stop = () => void threads.close();
  signal?.addEventListener("abort", stop);
  try {
    if (signal?.aborted === true) await threads.close();
    return await search({ settings, file, threads, observer });
  } finally {
    signal?.removeEventListener("abort", stop);
    await threads.close();
    await file.close();
  }
}

interface Context {
  readonly settings: SearchSettings;
  readonly file: ResultsFile;
  readonly threads: Threads;
  readonly observer: SearchObserver;
}

async function search(context: Context): Promise<SearchOutcome> {
  const { settings, observer } = context;
  const { budget, rounds, keep, seed, networks, signal } = settings;
  const { sized, discarded } = await sizeAll(context);
  const results: SearchResult[] = [];
  let front: readonly SearchResult[] = [];
  const outcome = (end: SearchOutcome["end"]) => ({ end, front, results, discarded });
  if (isAborted(signal)) return outcome("interrupted");
  if (sized.size === 0) throw nothing(discarded, budget);

  const drawn = inDrawnOrder([...sized.keys()], seed).slice(0, networks);
  observer.onStart?.({ fitting: drawn.map(networkName), discarded });
  let contenders = drawn.map((network) => ({ network, sized: sized.get(network) as Costs }));
  for (const [i, epochs] of rounds.entries()) {
    const moment = { round: i + 1, rounds: rounds.length, epochs };
    const ofRound = await trainRound(context, contenders, moment);
    results.push(...ofRound);
    const judged = ofRound.flatMap((result) => withinBudget(result, budget));
    front = paretoFront(judged).map(({ result }) => result);
    if (isAborted(signal)) return outcome("interrupted");
    contenders = best(judged, keep);
  }
  return outcome("finished");
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

interface Sizes {
  readonly sized: ReadonlyMap<ConvNetwork, Costs>;
  readonly discarded: readonly Discarded[];
}

/** What each network costs, and which are out because of that. */
async function sizeAll({ settings, file, threads, observer }: Context): Promise<Sizes> {
  const { family, budget } = settings;
  const all = networksOf(family);
  const costs = new Map(file.found.map((result) => [result.name, result.sized]));
  const isImpossible = new Set<string>();
  const isUnknown = all.filter((network) => !costs.has(networkName(network)));
  let count = all.length - isUnknown.length;
  const jobs = isUnknown.map((network) => ({ kind: "cost" as const, network }));
  await threads.run(jobs, (answer, { network }) => {
    const name = networkName(network);
    if (answer.kind === "costs") costs.set(name, answer.costs);
    else isImpossible.add(name);
    observer.onSized?.(++count, all.length);
  });

  const sized = new Map<ConvNetwork, Costs>();
  const discarded: Discarded[] = [];
  for (const network of all) {
    const name = networkName(network);
    const found = costs.get(name);
    const exceeds = found === undefined ? [] : excessOf(found, budget);
    if (found !== undefined && exceeds.length === 0) sized.set(network, found);
    else if (found !== undefined) discarded.push({ name, costs: found, exceeds });
    else if (isImpossible.has(name)) discarded.push({ name, exceeds });
  }
  return { sized, discarded };
}

function nothing(discarded: readonly Discarded[], budget: SearchSettings["budget"]): UserError {
  const tooDear = discarded.flatMap(({ name, costs }) => (costs ? [{ name, costs }] : []));
  if (tooDear.length > 0) return nothingFits(tooDear, budget);
  return new UserError("nothing-fits", "no network of the family takes images of this size", {
    hint: "Fewer blocks, without a first stride of 2, take smaller images.",
  });
}

interface Contender {
  readonly network: ConvNetwork;
  readonly sized: Costs;
}

/** Trains what is not in the file, and gives what there is, in the order of the contenders. */
async function trainRound(
  { settings, file, threads, observer }: Context,
  contenders: readonly Contender[],
  place: Pick<SearchMoment, "round" | "rounds" | "epochs">,
): Promise<readonly SearchResult[]> {
  const { epochs } = place;
  const results = new Map(
    file.found.filter((each) => each.epochs === epochs).map((each) => [each.name, each]),
  );
  const names = contenders.map(({ network }) => networkName(network));
  const present = () => names.flatMap((name) => results.get(name) ?? []);
  const jobs = contenders
    .filter(({ network }) => !results.has(networkName(network)))
    .map((contender) => ({ kind: "train" as const, ...contender, epochs }));
  const workOf = ({ sized }: Contender) => sized.multiplyAccumulates;
  const work = sum(jobs.map(workOf));
  let workDone = 0;
  const underWay = new Map<string, number>();
  const moment = (): SearchMoment => {
    const accuracies = present().flatMap(({ validation }) => validation?.accuracy ?? []);
    return {
      ...place,
      finished: present().length,
      networks: contenders.length,
      workDone: workDone + sum([...underWay.values()]),
      work,
      bestAccuracy: accuracies.length === 0 ? undefined : Math.max(...accuracies),
    };
  };

  observer.onRound?.(moment());
  await threads.run(
    jobs,
    async (answer, job) => {
      if (answer.kind !== "trained" || job.kind !== "train") return;
      const { result } = answer.candidate;
      await keepModel(answer.candidate, settings.models);
      await file.append(result);
      results.set(result.name, result);
      underWay.delete(result.name);
      workDone += workOf(job);
      observer.onResult?.(result, moment());
    },
    (share, job) => {
      if (job.kind !== "train") return;
      underWay.set(networkName(job.network), share * workOf(job));
      observer.onProgress?.(moment());
    },
  );
  return present();
}

/** Written as a whole, before the result is: what has a result has its file. */
async function keepModel(
  { result: { name, epochs }, tflite }: TrainedCandidate,
  folder: string | undefined,
): Promise<void> {
  if (folder === undefined || tflite === undefined) return;
  const file = path.join(folder, modelFile({ name, epochs }));
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, tflite);
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new UserError("write-failed", `${file} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Under which name the int8 network of a result is kept. */
export function modelFile({ name, epochs }: Pick<SearchResult, "name" | "epochs">): string {
  return `${name}-e${epochs}.tflite`;
}

interface Judged {
  readonly result: SearchResult;
  readonly costs: Costs;
  readonly accuracy: number;
}

/** None, if it diverged, or if it turned out to cost a little too much. */
function withinBudget(result: SearchResult, budget: SearchSettings["budget"]): readonly Judged[] {
  const { costs, validation } = result;
  if (costs === undefined || validation === undefined) return [];
  return excessOf(costs, budget).length > 0
    ? []
    : [{ result, costs, accuracy: validation.accuracy }];
}

/** Those with the largest lead; of equal ones, which is common where nothing costs less, the more accurate. */
function best(all: readonly Judged[], keep: number): Contender[] {
  return all
    .map((each) => ({ ...each, lead: lead(each, all) }))
    .toSorted((a, b) => compare(b.lead, a.lead) || compare(b.accuracy, a.accuracy))
    .slice(0, Math.ceil(all.length * keep))
    .map(({ result: { network, sized } }) => ({ network, sized }));
}

/** Infinities may be equal too. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function surroundingsOf(data: TrainingData, settings: SearchSettings): Surroundings {
  const { training, validationSplit, seed, core, code, budget } = settings;
  const [train, validation] =
    data.validation === undefined
      ? splitExamples(data.train, validationSplit, seed)
      : [data.train, data.validation];
  const classes = data.classes?.length ?? 10;
  const examples = { train: shared(train), validation: shared(validation) };
  return { ...examples, classes, training, seed, core, code, budget };
}

/** In memory that all threads see, instead of a copy for each. */
function shared({ count, shape, images, labels }: Examples): Examples {
  const copy = (bytes: Uint8Array) => {
    const array = new Uint8Array(new SharedArrayBuffer(bytes.length));
    array.set(bytes);
    return array;
  };
  return { count, shape, images: copy(images), labels: copy(labels) };
}

/** A result of another identity would be another result. */
function identityOf({ train, validation, classes, training, seed, core, code }: Surroundings) {
  const digest = ({ shape, images, labels }: Examples) =>
    createHash("sha256").update(`${shape.join()};`).update(images).update(labels).digest("hex");
  const data = `${train.count} + ${validation.count} examples, sha256 ${digest(train).slice(0, 16)} ${digest(validation).slice(0, 16)}`;
  return { data, classes, training, seed, core, code };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
