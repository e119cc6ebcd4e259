import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  catalog,
  generateDigits,
  loadDataset,
  writeIdx,
  type Dataset,
  type DatasetEvent,
  type LoadDatasetOptions,
} from "@smidgen/datasets";
import { serve, startMirror, status } from "./mirror-server.ts";
import { tiny, tinyCatalog, tinyDataset } from "./tiny-catalog.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "smidgen-datasets-"));
  vi.stubEnv("SMIDGEN_DATA_DIR", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

describe("the same examples come from", () => {
  test.each<[string, (name: string) => string, (bytes: Uint8Array) => Uint8Array]>([
    ["plain files", (name) => name, (bytes) => bytes],
    ["gzip files", (name) => `${name}.gz`, (bytes) => gzipSync(bytes)],
    ["gzip files without the ending", (name) => name, (bytes) => gzipSync(bytes)],
    ["plain files with it", (name) => `${name}.gz`, (bytes) => bytes],
    ["names with a dot", (name) => name.replace("-idx", ".idx"), (bytes) => bytes],
  ])("a directory with %s", async (_, nameOf, pack) => {
    const directory = fill("data", nameOf, pack);
    const dataset = await load({ directory });
    expectTiny(dataset);
    expect(dataset.source).toMatchObject({ kind: "directory", detail: directory });
  });

  test("a directory with a folder for each dataset", async () => {
    fill("data/mnist");
    const dataset = await load({ directory: join(scratch, "data") });
    expectTiny(dataset);
    expect(dataset.source.detail).toBe(join(scratch, "data/mnist"));
  });

  test.each(["data", "data/mnist"])("SMIDGEN_DATA_DIR, with the files in %s", async (where) => {
    fill(where);
    vi.stubEnv("SMIDGEN_DATA_DIR", join(scratch, "data"));
    const dataset = await load({});
    expectTiny(dataset);
    expect(dataset.source.kind).toBe("directory");
  });

  test("the mirrors, and then the cache, which asks no mirror", async () => {
    await using mirror = await startMirror(tiny.served, serve);
    const downloaded = await load({ catalog: tinyCatalog(mirror.address) });
    expectTiny(downloaded);
    expect(downloaded.source).toMatchObject({ kind: "download", detail: mirror.address });
    expect(mirror.requests).toHaveLength(4);

    const cached = await load({ catalog: tinyCatalog(mirror.address) });
    expectTiny(cached);
    expect(cached.source).toMatchObject({ kind: "cache", detail: join(scratch, "cache/mnist") });
    expect(mirror.requests).toHaveLength(4);
  });

  test("a cache that has a part, and the mirrors for the rest", async () => {
    await using mirror = await startMirror(tiny.served, serve);
    fill("cache/mnist");
    rmSync(join(scratch, "cache/mnist/t10k-labels-idx1-ubyte"));
    const dataset = await load({ catalog: tinyCatalog(mirror.address) });
    expectTiny(dataset);
    expect(dataset.source.kind).toBe("download");
    expect(mirror.requests).toEqual(["/t10k-labels-idx1-ubyte.gz whole"]);
  });

  test("several loaders at the same time, on one cache", async () => {
    await using mirror = await startMirror(tiny.served, serve);
    const options = { catalog: tinyCatalog(mirror.address) };
    const datasets = await Promise.all([load(options), load(options), load(options)]);
    for (const dataset of datasets) expectTiny(dataset);
    expect(readdirSync(join(scratch, "cache/mnist"))).toHaveLength(4);
  });
});

test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
  ["cut short", (bytes) => bytes.subarray(0, 100)],
  ["empty", () => new Uint8Array()],
  ["changed in one bit", (bytes) => bytes.map((byte, i) => (i === 1000 ? byte ^ 1 : byte))],
])("a cached file that is %s is fetched again", async (_, damage) => {
  await using mirror = await startMirror(tiny.served, serve);
  const cache = fill("cache/mnist");
  const name = "train-images-idx3-ubyte";
  writeFileSync(join(cache, name), damage(tiny.plain.get(name)!));
  const events: DatasetEvent[] = [];
  expectTiny(await load({ catalog: tinyCatalog(mirror.address) }, events));
  expect(mirror.requests).toEqual([`/${name}.gz whole`]);
  expect(events[1]).toMatchObject({ kind: "skipped", why: expect.stringContaining(name) });
  // And the damaged file does not stand in the way of the good one.
  expect((await load({ catalog: tinyCatalog() })).source.kind).toBe("cache");
});

describe("a directory that the user named", () => {
  test.each([
    ["does not exist", "nowhere", "is not a directory"],
    ["is empty", ".", "none of the four files"],
    ["lacks a file", "data", "lacks t10k-images-idx3-ubyte \\(plain or .gz\\)"],
  ])("that %s is an error, and nothing else is tried", async (_, where, why) => {
    await using mirror = await startMirror(tiny.served, serve);
    fill("data");
    rmSync(join(scratch, "data/t10k-images-idx3-ubyte"));
    const directory = join(scratch, where);
    await expect(load({ directory, catalog: tinyCatalog(mirror.address) })).rejects.toMatchObject({
      code: "dataset-not-found",
      message: expect.stringMatching(`${directory}: .*${why}`),
      hint: expect.stringContaining("t10k-labels-idx1-ubyte.gz"),
    });
    expect(mirror.requests).toEqual([]);
  });

  test("may hold files of the user's own, and the source says so", async () => {
    const directory = fill("data");
    const labels = writeIdx({ type: "uint8", shape: [3], data: Uint8Array.of(1, 2, 3) });
    expect((await load({ directory })).source.isPublished).toBe(true);
    writeFileSync(join(directory, "t10k-labels-idx1-ubyte"), labels);
    const dataset = await load({ directory });
    expect(dataset.source.isPublished).toBe(false);
    expect(dataset.test.labels).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("that holds another dataset under the same file names is an error", async () => {
    const directory = join(scratch, "data");
    mkdirSync(directory);
    for (const [name, bytes] of tinyDataset("Tiny Fashion", 2, []).plain) {
      writeFileSync(join(directory, name), bytes);
    }
    await expect(load({ directory })).rejects.toMatchObject({
      code: "dataset-not-found",
      message: expect.stringContaining("holds files of Tiny Fashion, not Tiny"),
    });
    expect((await load({ name: "fashion-mnist", directory })).name).toBe("fashion-mnist");
  });

  test.each(["data", "SMIDGEN_DATA_DIR"])("broken files in %s are all reported", async (how) => {
    const directory = fill("data");
    writeFileSync(join(directory, "train-labels-idx1-ubyte"), "<html>");
    writeFileSync(join(directory, "t10k-images-idx3-ubyte"), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9));
    if (how === "SMIDGEN_DATA_DIR") vi.stubEnv("SMIDGEN_DATA_DIR", directory);
    const loading = load(how === "data" ? { directory } : {});
    await expect(loading).rejects.toMatchObject({ code: "unusable-files" });
    await expect(loading).rejects.toThrow(/train-labels-idx1-ubyte is not an IDX file/);
    await expect(loading).rejects.toThrow(/t10k-images-idx3-ubyte has 8 .* announces 17/);
  });

  test("sound files that do not belong together are all reported", async () => {
    const directory = fill("data");
    const put = (name: string, idx: Parameters<typeof writeIdx>[0]) =>
      writeFileSync(join(directory, name), writeIdx(idx));
    put("train-images-idx3-ubyte", { type: "int8", shape: [6, 28, 28], data: new Int8Array(4704) });
    put("train-labels-idx1-ubyte", { type: "uint8", shape: [2], data: Uint8Array.of(3, 10) });
    put("t10k-images-idx3-ubyte", {
      type: "uint8",
      shape: [2, 14, 56],
      data: new Uint8Array(1568),
    });
    put("t10k-labels-idx1-ubyte", { type: "uint8", shape: [1, 2], data: new Uint8Array(2) });
    const error = await failure(load({ directory }));
    expect(error).toMatchObject({ code: "invalid-dataset" });
    expect(error.message.replaceAll(`${directory}/`, "")).toMatchInlineSnapshot(`
      "these files are not Tiny:
        - train-images-idx3-ubyte has int8 [6, 28, 28], not uint8 [count, 28, 28]
        - train-labels-idx1-ubyte: label 1 is 10; there are 10 classes, from 0
        - train-images-idx3-ubyte and train-labels-idx1-ubyte differ in count: 6 and 2
        - t10k-images-idx3-ubyte has uint8 [2, 14, 56], not uint8 [count, 28, 28]
        - t10k-labels-idx1-ubyte has uint8 [1, 2], not uint8 [count]"
    `);
  });
});

describe("when the dataset is nowhere", () => {
  test("the error names every place and why it did not do", async () => {
    await using first = await startMirror(tiny.served, status(404));
    await using second = await startMirror(tiny.served, status(403));
    vi.stubEnv("SMIDGEN_DATA_DIR", join(scratch, "data"));
    const options = { catalog: tinyCatalog(first.address, second.address), fallback: false };
    const error = await failure(load(options));
    expect(error).toMatchObject({ code: "dataset-not-found" });
    const message = error.message
      .replaceAll(scratch, "")
      .replace(first.address, "http://first/")
      .replace(second.address, "http://second/");
    expect(message).toMatchInlineSnapshot(`
      "Tiny was not found:
        - /data/mnist: is not a directory
        - /data: is not a directory
        - /cache/mnist: lacks train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte
        - mirrors: train-images-idx3-ubyte was not downloaded:
          - http://first/train-images-idx3-ubyte.gz: HTTP 404 Not Found
          - http://second/train-images-idx3-ubyte.gz: HTTP 403 Forbidden"
    `);
  });

  test("a dataset without a stand-in is an error even so", async () => {
    const loading = load({ name: "fashion-mnist", download: false });
    await expect(loading).rejects.toMatchObject({ code: "dataset-not-found" });
    await expect(loading).rejects.toThrow("downloading is switched off");
  });

  test("MNIST becomes the digits, which say so", { timeout: 300_000 }, async () => {
    const events: DatasetEvent[] = [];
    const dataset = await load({ download: false, seed: 3 }, events);
    expect(dataset).toMatchObject({ name: "digits", isFallback: true });
    expect(dataset.source).toMatchObject({ kind: "embedded", detail: "drawn from seed 3" });
    expect(dataset.source.lookedAt.map(({ place }) => place)).toEqual([
      "SMIDGEN_DATA_DIR",
      join(scratch, "cache/mnist"),
      "mirrors",
    ]);
    expect(events.map(({ kind }) => kind)).toEqual(["skipped", "skipped", "skipped", "drawing"]);
    expect([dataset.train.count, dataset.test.count]).toEqual([60_000, 10_000]);
    const few = generateDigits({ seed: 3, trainCount: 20, testCount: 20 });
    expect(dataset.train.images.subarray(0, 20 * 784)).toEqual(few.train.images);
    expect(dataset.test.labels.subarray(0, 20)).toEqual(few.test.labels);
  });
});

test.each<[Partial<LoadDatasetOptions>, string]>([
  [{ name: "cifar" as never }, "unknown-dataset"],
  [{ name: "digits", directory: "data" }, "invalid-argument"],
  [{ attempts: 0 }, "invalid-argument"],
])("%o is refused", async (options, code) => {
  await expect(load(options)).rejects.toMatchObject({ code });
});

test("the end of an aborted load is the abort, not a fallback", async () => {
  await using mirror = await startMirror(tiny.served, serve);
  const signal = AbortSignal.abort(new Error("stop"));
  const loading = load({ catalog: tinyCatalog(mirror.address), signal });
  await expect(loading).rejects.toThrow("stop");
});

test("the catalog has two or more mirrors for every dataset, and a digest for every file", () => {
  for (const row of Object.values(catalog)) {
    expect(row.mirrors.length).toBeGreaterThanOrEqual(2);
    for (const mirror of row.mirrors) expect(mirror).toMatch(/^https?:\/\/.*\/$/);
    const digests = Object.values(row.files).map(({ sha256 }) => sha256);
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(digests).size).toBe(4);
    expect(row.classes).toHaveLength(10);
  }
});

/** Writes the tiny dataset into a folder of the scratch directory. */
function fill(
  where: string,
  nameOf: (name: string) => string = (name) => name,
  pack: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): string {
  const directory = join(scratch, where);
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of tiny.plain) writeFileSync(join(directory, nameOf(name)), pack(bytes));
  return directory;
}

async function load(
  options: Partial<LoadDatasetOptions>,
  events: DatasetEvent[] = [],
): Promise<Dataset> {
  const observer = (event: DatasetEvent): unknown => events.push(event);
  return loadDataset(
    {
      name: "mnist",
      cacheDirectory: join(scratch, "cache"),
      catalog: tinyCatalog(),
      backoffMilliseconds: 0,
      ...options,
    },
    observer,
  );
}

async function failure(loading: Promise<unknown>): Promise<Error> {
  const reason = await loading.catch((error: unknown) => error);
  if (reason instanceof Error) return reason;
  throw new Error("it should have failed");
}

function expectTiny(dataset: Dataset): void {
  expect(dataset).toMatchObject({
    name: "mnist",
    isFallback: false,
    source: { isPublished: true },
  });
  expect(dataset.classes).toHaveLength(10);
  expect(dataset.train.labels).toEqual(Uint8Array.of(5, 0, 4, 1, 9, 1));
  expect(dataset.test.labels).toEqual(Uint8Array.of(7, 2, 1));
  for (const [name, { count, shape, images }] of [
    ["train-images-idx3-ubyte", dataset.train],
    ["t10k-images-idx3-ubyte", dataset.test],
  ] as const) {
    expect([count, ...shape]).toEqual([name.startsWith("train") ? 6 : 3, 28, 28, 1]);
    expect(images).toEqual(tiny.plain.get(name)!.subarray(16));
  }
}
