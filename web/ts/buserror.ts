// What fails on the bus.

/** Connect's codes; the first is number 1. */
export const BUS_CODES = [
  "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
  "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range",
  "unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
] as const;
export type BusCode = (typeof BUS_CODES)[number];

/** A call that failed. A handler may throw one to choose the code. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly code: BusCode;

  constructor(code: BusCode, message: string) {
    super(message);
    this.code = code;
  }
}
