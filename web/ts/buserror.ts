// What fails on the bus.

/** Connect's codes; the first is number 1. */
export const BUS_CODES = [
  "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
  "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range",
  "unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
] as const;
export type BusCode = (typeof BUS_CODES)[number];

/** What an error tells besides its code and its sentence. */
export interface BusErrorInfo {
  /** The number of the wasmer_bus crate, 0 = that of the code. */
  crate?: number;
  /** The error number of WASI preview 1, 0 = none. */
  errno?: number;
  /** A plain value that says more, for programs. */
  details?: unknown;
}

/** A call that failed. A handler may throw one to choose the code. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly code: BusCode;
  readonly crate: number;
  readonly errno: number;
  readonly details: unknown;

  constructor(code: BusCode, message: string, info: BusErrorInfo = {}) {
    super(message);
    this.code = code;
    this.crate = info.crate ?? 0;
    this.errno = info.errno ?? 0;
    this.details = info.details;
  }
}

/** The error as one of the bus; what a handler throws and is none has the code "unknown". */
export function busError(error: unknown): BusError {
  if (error instanceof BusError) return error;
  if (error instanceof DOMException && error.name === "AbortError") return new BusError("canceled", error.message);
  if (error instanceof DOMException && error.name === "TimeoutError") return new BusError("deadline_exceeded", error.message);
  return new BusError("unknown", error instanceof Error ? error.message : String(error));
}
