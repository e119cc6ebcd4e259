/**
 * A problem that the person who called us can fix: a bad file, a wrong argument, a missing tool.
 *
 * The message says what is wrong and where, with facts from the input; the hint says what to do.
 * Programs print it without a stack and exit with 1. A mistake of ours is a plain `Error`.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Kebab-case and stable, for programs and tests: `truncated-file`, `unsupported-layer`, … */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

export interface UserErrorOptions {
  /** What to do about it, as one or two sentences. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}
