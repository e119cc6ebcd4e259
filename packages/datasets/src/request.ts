export interface RequestOptions {
  readonly resume: { readonly from: number; readonly validator: string } | undefined;
  /** From one sign of life of the server to the next. */
  readonly timeoutMilliseconds: number;
  readonly signal: AbortSignal | undefined;
}

export type Reply = Body | NothingToResume | RequestFailure;

/** The server sends the whole file, or the rest of it. */
export interface Body {
  readonly kind: "whole" | "rest";
  readonly totalBytes: number | undefined;
  readonly validator: string | undefined;
  next(): Promise<{ readonly bytes: Uint8Array } | RequestFailure | "end">;
  /** Call this in the end, whatever happened. */
  cancel(): Promise<void>;
}

/** What was sent before is of no use: ask for the whole file. */
export interface NothingToResume {
  readonly kind: "nothing-to-resume";
}

export interface RequestFailure {
  readonly kind: "failure";
  readonly why: string;
  /** No further attempt would change it. */
  readonly isFinal: boolean;
}

/**
 * One HTTP GET, of the rest of a file where `resume` says so.
 *
 * Failures of the network and the server are results, not exceptions.
 * Source: RFC 9110, sections 13.1.5 (If-Range), 14.2 (Range), 15.3.7 (206), 15.5.17 (416).
 *
 * @throws whatever `signal` was aborted with.
 */
export async function request(url: string, options: RequestOptions): Promise<Reply> {
  const { resume, timeoutMilliseconds, signal } = options;
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(new Error(`no answer for ${timeoutMilliseconds} ms`));
  }, timeoutMilliseconds);
  const signals = signal === undefined ? [silence.signal] : [silence.signal, signal];

  const fail = (error: unknown): RequestFailure => {
    clearTimeout(timer);
    signal?.throwIfAborted();
    return networkFailure(error);
  };
  let response: Response;
  try {
    response = await fetch(url, {
      headers: {
        // A range counts the bytes as they are sent, so they must be sent as they are.
        "accept-encoding": "identity",
        ...(resume && { range: `bytes=${resume.from}-`, "if-range": resume.validator }),
      },
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    return fail(error);
  }

  const reader = response.body?.getReader();
  const cancel = async (): Promise<void> => {
    clearTimeout(timer);
    await reader?.cancel().catch(() => {}); // it may have failed already
  };
  const verdict = judge(response, resume?.from);
  if (verdict !== "whole" && verdict !== "rest") {
    await cancel();
    return verdict === "nothing-to-resume" ? { kind: verdict } : verdict;
  }
  return {
    kind: verdict,
    totalBytes: totalBytes(response, resume?.from),
    validator: validator(response),
    async next() {
      timer.refresh();
      try {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        return done ? "end" : { bytes: value };
      } catch (error) {
        return fail(error);
      }
    },
    cancel,
  };
}

function judge(
  response: Response,
  from: number | undefined,
): Body["kind"] | "nothing-to-resume" | RequestFailure {
  const { status } = response;
  if (status === 200) return "whole"; // also when the server knows no ranges, or the file changed
  if (status === 206 && from !== undefined) {
    const range = response.headers.get("content-range");
    return range?.startsWith(`bytes ${from}-`) ? "rest" : "nothing-to-resume";
  }
  if (status === 416) return "nothing-to-resume";
  const isPassing = status === 408 || status === 429 || status >= 500;
  return {
    kind: "failure",
    why: `HTTP ${status} ${response.statusText}`.trim(),
    isFinal: !isPassing,
  };
}

function totalBytes(response: Response, from: number | undefined): number | undefined {
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const isEncoded = !["identity", null].includes(response.headers.get("content-encoding"));
  if (!Number.isSafeInteger(length) || isEncoded) return undefined;
  return response.status === 206 ? (from ?? 0) + length : length;
}

/** What If-Range takes: a strong ETag, or else the date. Undefined where ranges would not do. */
function validator({ headers }: Response): string | undefined {
  const isEncoded = !["identity", null].includes(headers.get("content-encoding"));
  if (isEncoded || headers.get("accept-ranges") === "none") return undefined;
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) return etag;
  return headers.get("last-modified") ?? undefined;
}

function networkFailure(error: unknown): RequestFailure {
  // fetch says "fetch failed"; the reason is its cause, for a dual-stack host an AggregateError.
  let reason: unknown = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  const code = reason instanceof Error && "code" in reason ? String(reason.code) : "";
  const text = reason instanceof Error ? reason.message : String(reason);
  return { kind: "failure", why: text || code, isFinal: unreachable.has(code) };
}

/** Where there is no way to a server now, there is none in a second. */
const unreachable = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
]);
