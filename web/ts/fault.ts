// Why a shell cannot go on, in words for the person before it: what happened,
// why, and what helps.

/** An error with its cause and its cure, each a sentence. */
export class BushelError extends Error {
  override readonly name = "BushelError";
  /** What kind of error it is, for programs. */
  readonly code: string;
  override readonly cause: string;
  readonly cure: string;

  constructor(code: string, message: string, cause: string, cure: string) {
    super(message);
    this.code = code;
    this.cause = cause;
    this.cure = cure;
  }
}

/** What a thrown value says. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const closed = (): BushelError =>
  new BushelError("closed", "The shell has been closed.", "Its element was taken off the page.", "Put it back to start a new shell.");
