import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CatalogFile, DatasetEvent, DownloadOptions } from "@smidgen/datasets";
import { download } from "../src/download.ts";
import {
  arrived,
  cutAt,
  serve,
  serveDamaged,
  serveWhole,
  silent,
  stallAt,
  startMirror,
  status,
  type Answer,
} from "./mirror-server.ts";
import { tiny } from "./tiny-catalog.ts";

const file = tiny.row.files.trainImages;
const path = `/${file.name}.gz`;
const size = tiny.served.get(path)!.length;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "smidgen-download-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a file arrives, is verified, and is stored as it came", async () => {
  await using mirror = await startMirror(tiny.served, serve);
  const { content, url, events } = await fetchFrom([mirror.address]);
  expect(content).toEqual(tiny.plain.get(file.name));
  expect(url).toBe(`${mirror.address}${file.name}.gz`);
  expect(mirror.requests).toEqual([`${path} whole`]);
  expect(stored()).toEqual([`${file.name}.gz`]);
  expect(readFileSync(join(directory, `${file.name}.gz`))).toEqual(tiny.served.get(path));
  expect(events.at(-2)).toMatchObject({ kind: "progress", receivedBytes: size, totalBytes: size });
  expect(events.at(-1)).toMatchObject({ kind: "downloaded", url });
});

test("after a cut only the rest is asked for", async () => {
  await using mirror = await startMirror(tiny.served, cutAt(1000), cutAt(2500), serve);
  await fetchFrom([mirror.address]);
  expect(mirror.requests).toEqual([`${path} whole`, `${path} bytes=1000-`, `${path} bytes=2500-`]);
  expect(stored()).toEqual([`${file.name}.gz`]);
});

test("a later run goes on where an earlier one gave up", async () => {
  await using mirror = await startMirror(tiny.served, cutAt(1000), serve);
  await expect(fetchFrom([mirror.address], { attempts: 1 })).rejects.toThrow("not downloaded");
  expect(stored()).toEqual([expect.stringMatching(/\.part$/)]);
  await fetchFrom([mirror.address], { attempts: 1 });
  expect(mirror.requests.at(-1)).toBe(`${path} bytes=1000-`);
  expect(stored()).toEqual([`${file.name}.gz`]);
});

test.each<[string, Answer]>([
  ["a server that knows no ranges", serveWhole],
  ["a file that has changed since", (all, _, response) => serve(all, {}, response)],
])("after a cut, %s sends the whole again", async (_, answer) => {
  await using mirror = await startMirror(tiny.served, cutAt(1000), answer);
  const { content } = await fetchFrom([mirror.address]);
  expect(content).toEqual(tiny.plain.get(file.name));
  expect(mirror.requests).toEqual([`${path} whole`, `${path} bytes=1000-`]);
});

test.each<[string, Answer]>([
  ["the range is refused", status(416)],
  ["another range than the one asked for comes back", shiftedRange],
  ["what comes does not belong to what is there", serveDamaged],
])("when %s, the download starts again", async (_, answer) => {
  await using mirror = await startMirror(tiny.served, cutAt(1000), answer, serve);
  const { content } = await fetchFrom([mirror.address]);
  expect(content).toEqual(tiny.plain.get(file.name));
  expect(mirror.requests.slice(1)).toEqual([`${path} bytes=1000-`, `${path} whole`]);
});

test("what one mirror began, another does not continue", async () => {
  await using first = await startMirror(tiny.served, cutAt(1000), status(503));
  await using second = await startMirror(tiny.served, serve);
  await fetchFrom([first.address, second.address], { attempts: 2 });
  expect(second.requests).toEqual([`${path} whole`]);
});

test.each<[string, Answer, string]>([
  ["does not have the file", status(404), "HTTP 404 Not Found"],
  ["forbids it", status(403), "HTTP 403 Forbidden"],
  ["has a damaged file", serveDamaged, "train-images-idx3-ubyte.gz"],
  ["sends a page that says no", (_all, _, response) => response.end("<html>"), "3c 68 74 6d"],
  ["has another dataset's file", another, "has SHA-256"],
  ["does not stop sending", endless, "more than 5,749 bytes"],
])("a mirror that %s is asked once, then the next", async (_, answer, why) => {
  await using first = await startMirror(tiny.served, answer);
  await using second = await startMirror(tiny.served, serve);
  const { content, url, events } = await fetchFrom([first.address, second.address]);
  expect(content).toEqual(tiny.plain.get(file.name));
  expect(url).toContain(second.address);
  expect(first.requests).toHaveLength(1);
  expect(events).toContainEqual({
    kind: "mirror-failed",
    url: `${first.address}${file.name}.gz`,
    why: expect.stringContaining(why),
  });
  expect(stored()).toEqual([`${file.name}.gz`]);
});

test.each<[string, Answer, string]>([
  ["HTTP 500", status(500), "HTTP 500"],
  ["HTTP 429", status(429), "HTTP 429"],
  ["a closed connection", (_all, _, response) => response.destroy(), "other side closed"],
  ["silence", silent, "no answer for 500 ms"],
  ["silence after the first bytes", stallAt(10), "no answer for 500 ms"],
])("after %s the mirror is asked again", async (_, answer, why) => {
  await using mirror = await startMirror(tiny.served, answer, serve);
  const { content, events } = await fetchFrom([mirror.address], { timeoutMilliseconds: 500 });
  expect(content).toEqual(tiny.plain.get(file.name));
  expect(mirror.requests.length).toBeGreaterThanOrEqual(2);
  expect(events).toContainEqual(
    expect.objectContaining({ kind: "retry", why: expect.stringContaining(why) }),
  );
});

test("the wait doubles from attempt to attempt", async () => {
  await using mirror = await startMirror(tiny.served, status(500), status(500), status(500), serve);
  const { events } = await fetchFrom([mirror.address], { backoffMilliseconds: 1 });
  const waits = events.flatMap((event) => (event.kind === "retry" ? event.waitMilliseconds : []));
  expect(waits).toEqual([1, 2, 4]);
});

test("when all fail, the error says of each mirror why", async () => {
  await using first = await startMirror(tiny.served, status(404));
  await using second = await startMirror(tiny.served, status(502));
  const closed = await startMirror(tiny.served, serve);
  await closed[Symbol.asyncDispose]();
  const mirrors = [first.address, second.address, closed.address];
  const failure = fetchFrom(mirrors, { attempts: 2 });
  await expect(failure).rejects.toMatchObject({ code: "download-failed" });
  await expect(failure).rejects.toThrow(
    new RegExp(
      `${file.name} was not downloaded:\n` +
        `  - ${first.address}.*: HTTP 404 Not Found\n` +
        `  - ${second.address}.*: HTTP 502 Bad Gateway \\(2 attempts\\)\n` +
        `  - ${closed.address}.*: connect ECONNREFUSED`,
    ),
  );
  expect(stored()).toEqual([]);
});

test("a server may compress once more for the journey", async () => {
  // fetch undoes Content-Encoding, so the plain file arrives, and is stored as such.
  await using mirror = await startMirror(tiny.served, (all, _, response) => {
    response.writeHead(200, { "content-encoding": "gzip", etag: '"v1"' });
    response.end(all);
  });
  const { content } = await fetchFrom([mirror.address]);
  expect(content).toEqual(tiny.plain.get(file.name));
  expect(stored()).toEqual([file.name]);
  expect(gunzipSync(tiny.served.get(path)!)).toEqual(readFileSync(join(directory, file.name)));
});

test("downloads of one file at the same time all succeed", async () => {
  await using mirror = await startMirror(tiny.served, cutAt(2000), stallAt(500), serve);
  const options = { timeoutMilliseconds: 500 };
  const downloads = Array.from({ length: 6 }, () => fetchFrom([mirror.address], options));
  const results = await Promise.all(downloads);
  for (const { content } of results) expect(content).toEqual(tiny.plain.get(file.name));
  expect(stored()).toEqual([`${file.name}.gz`]);
});

test("an aborted download leaves what has arrived to the next", async () => {
  await using mirror = await startMirror(tiny.served, stallAt(1000), serve);
  const controller = new AbortController();
  const aborted = fetchFrom([mirror.address], { signal: controller.signal }, (event) => {
    if (event.kind === "progress" && event.receivedBytes === 1000) controller.abort("enough");
  });
  await expect(aborted).rejects.toBe("enough");
  await fetchFrom([mirror.address]);
  expect(mirror.requests).toEqual([`${path} whole`, `${path} bytes=1000-`]);
});

test("an observer's own error is not taken for a network failure", async () => {
  await using mirror = await startMirror(tiny.served, serve);
  const failing = fetchFrom([mirror.address], {}, () => {
    throw new Error("observer");
  });
  await expect(failing).rejects.toThrow("observer");
  expect(mirror.requests).toHaveLength(1);
});

test("a directory that cannot be written is a user's error", async () => {
  await using mirror = await startMirror(tiny.served, serve);
  const occupied = join(directory, "occupied");
  await writeFile(occupied, "a file");
  await expect(fetchFrom([mirror.address], {}, () => {}, occupied)).rejects.toMatchObject({
    code: "cache-not-writable",
    message: expect.stringContaining(occupied),
  });
  expect(mirror.requests).toEqual([]);
});

describe("what a killed run may have left", () => {
  // A process id that is not in use: no system gives out one as large.
  const dead = 2 ** 22 + 1;
  const host = /^(.*)\.\d+\.[0-9a-f]+\.part$/;

  test.each([
    ["half of the first line", '{"url":"http://'],
    ["nothing", ""],
    ["bytes without a first line", "\u0000\u0001\u0002\n\u0003"],
    ["a first line of another program", '{"id":1}\nxyz'],
  ])("%s is not taken for a beginning", async (_, left) => {
    await writeFile(join(directory, `${file.name}.released.0.abc.part`), left);
    await using mirror = await startMirror(tiny.served, serve);
    await fetchFrom([mirror.address]);
    expect(mirror.requests).toEqual([`${path} whole`]);
    expect(stored()).toEqual([`${file.name}.gz`]);
  });

  test("a beginning of a living process is left alone, a dead one's is taken over", async () => {
    await using mirror = await startMirror(tiny.served, stallAt(1000), serve);
    const controller = new AbortController();
    let inUse = "";
    const first = fetchFrom([mirror.address], { signal: controller.signal }, (event) => {
      if (event.kind === "progress") inUse = stored()[0]!;
    });
    await expect.poll(() => inUse).toMatch(host);
    const owner = host.exec(inUse)![1]!;

    await fetchFrom([mirror.address]);
    expect(mirror.requests).toEqual([`${path} whole`, `${path} whole`]);
    expect(stored()).toContain(inUse);

    const bytes = readFileSync(join(directory, inUse));
    controller.abort("done");
    await expect(first).rejects.toBe("done");
    rmSync(directory, { recursive: true });
    directory = mkdtempSync(join(tmpdir(), "smidgen-download-"));
    await writeFile(join(directory, `${owner}.${dead}.abc.part`), bytes);
    await writeFile(join(directory, `${owner}.${dead}.def.tmp`), "half a result");
    await fetchFrom([mirror.address]);
    expect(mirror.requests.at(-1)).toBe(`${path} bytes=1000-`);
    expect(stored()).toEqual([`${file.name}.gz`]);
  });
});

async function fetchFrom(
  mirrors: readonly string[],
  options: DownloadOptions = {},
  observer: (event: DatasetEvent) => void = () => {},
  into: string = directory,
) {
  const events: DatasetEvent[] = [];
  const quick = { backoffMilliseconds: 0, ...options };
  const result = await download(file, mirrors, into, quick, (event) => {
    events.push(event);
    if (event.kind === "progress") arrived(event.receivedBytes);
    observer(event);
  });
  return { ...result, events };
}

function stored(): readonly string[] {
  return readdirSync(directory);
}

function shiftedRange(all: Buffer, _headers: unknown, response: Parameters<Answer>[2]): void {
  response.writeHead(206, { "content-range": `bytes 900-${all.length - 1}/${all.length}` });
  response.end(all.subarray(900));
}

function another(
  _all: Buffer,
  headers: Parameters<Answer>[1],
  response: Parameters<Answer>[2],
): void {
  const other: CatalogFile = tiny.row.files.testImages;
  serve(tiny.served.get(`/${other.name}.gz`)!, headers, response);
}

function endless(_all: Buffer, _headers: unknown, response: Parameters<Answer>[2]): void {
  response.writeHead(200);
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(4096, 0x1f)));
    if (!response.destroyed) response.once("drain", more);
  };
  more();
}
