import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How one request is answered. */
export type Answer = (file: Buffer, headers: IncomingHttpHeaders, response: ServerResponse) => void;

export interface Mirror extends AsyncDisposable {
  /** What goes in the catalog: "http://127.0.0.1:<port>/". */
  readonly address: string;
  /** The requests so far, "<path> <range header or whole>". */
  readonly requests: readonly string[];
}

/**
 * An HTTP server on the loopback device that holds `files` (by path). The n-th request gets the
 * n-th answer, and every one after the last gets the last.
 */
export async function startMirror(
  files: ReadonlyMap<string, Buffer>,
  ...answers: readonly [Answer, ...Answer[]]
): Promise<Mirror> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const answer = answers[Math.min(requests.length, answers.length - 1)]!;
    requests.push(`${path} ${request.headers.range ?? "whole"}`);
    const file = files.get(path);
    if (file === undefined) status(404)(Buffer.alloc(0), request.headers, response);
    else answer(file, request.headers, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** As a good server does, with ranges. */
export const serve: Answer = (file, headers, response) => {
  respond(file, headers, response, file.length);
};

/**
 * A good server whose connection breaks before byte `at` of the file: when `arrived(at)` says that
 * the client has the rest, since fetch drops what it has received but not yet handed on.
 */
export function cutAt(at: number): Answer {
  return (file, headers, response) => {
    waitingForCut.set(at, response);
    respond(file, headers, response, at, () => {});
  };
}

/** The client has so many bytes. */
export function arrived(bytes: number): void {
  waitingForCut.get(bytes)?.destroy();
  waitingForCut.delete(bytes);
}

const waitingForCut = new Map<number, ServerResponse>();

/** A good server that falls silent before byte `at`. */
export function stallAt(at: number): Answer {
  return (file, headers, response) => respond(file, headers, response, at, () => {});
}

export function status(code: number): Answer {
  return (_file, _headers, response) => {
    response.writeHead(code);
    response.end("<html>no</html>");
  };
}

/** Accepts, and never answers. */
export const silent: Answer = () => {};

/** Knows no ranges: sends the whole file, whatever is asked. */
export const serveWhole: Answer = (file, _headers, response) => {
  response.writeHead(200, { "content-length": file.length, etag: '"v1"' });
  response.end(file);
};

/** Other bytes of the same length. */
export const serveDamaged: Answer = (file, headers, response) => {
  const damaged = Buffer.from(file);
  damaged[damaged.length >> 1]! ^= 0xff;
  respond(damaged, headers, response, damaged.length);
};

function respond(
  file: Buffer,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
  stop: number,
  atStop: () => void = () => response.end(),
): void {
  const range = /^bytes=(\d+)-$/.exec(headers.range ?? "");
  const from = range !== null && headers["if-range"] === '"v1"' ? Number(range[1]) : 0;
  if (from >= file.length) return status(416)(file, headers, response);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": file.length - from,
    etag: '"v1"',
    ...(from > 0 && { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` }),
  });
  const sent = file.subarray(from, stop);
  if (sent.length === 0) atStop();
  else response.write(sent, atStop);
}
