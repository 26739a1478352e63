// What an embedding page and the frame say to each other: docs/embedding.md is the
// specification. Every message has the version in its field bushel.

import { BusError } from "../buserror.ts";
import { SystemError } from "../errno.ts";
import { BushelError, reason } from "../fault.ts";

/** The version that is spoken here, and the only one that is. */
export const VERSION = 1;

/** An error as a message has it. */
export interface WireError {
  name: string;
  message: string;
  [field: string]: unknown;
}

/** Between the windows: the page asks for a shell, with a port for all that follows; the frame says that it listens. */
export type WindowMessage = { type: "connect" } | { type: "hello" };

/** Through a port, from who asks. */
export type Question =
  | { type: "call"; id: number; member: string; args: unknown[] }
  | { type: "cancel"; id: number };

/** Through a port, from who answers. The id 0 is of what could not be read. */
export type Answer =
  | { type: "welcome"; state: string }
  | { type: "refused"; error: WireError }
  | { type: "result"; id: number; value: unknown }
  | { type: "fault"; id: number; error: WireError }
  | { type: "event"; name: string; detail: unknown };

/** A message with its version, ready to be sent. */
export const message = <T extends WindowMessage | Question | Answer>(body: T): T & { bushel: number } => ({ bushel: VERSION, ...body });

/** Whether a message is one of ours, of any version. */
export function isOurs(data: unknown): data is { bushel: unknown } {
  return typeof data === "object" && data !== null && "bushel" in data;
}

/** Reads what has come; throws a BushelError that says what is wrong with it. */
export function read(data: unknown, types: readonly string[]): Record<string, unknown> {
  if (!isOurs(data)) throw malformed("a message without the field bushel, which is its version");
  if (data.bushel !== VERSION) {
    throw new BushelError(
      "version",
      "The version of the message is not known.",
      `It is ${shown(data.bushel)}, and version ${VERSION} is spoken here.`,
      "Take the frame and the script that drives it from the same release.",
    );
  }
  const body = data as Record<string, unknown>;
  if (typeof body["type"] !== "string" || !types.includes(body["type"])) {
    throw malformed(`a message of the type ${shown(body["type"])}, and not one of ${types.join(", ")}`);
  }
  return body;
}

/** Reads a question; throws a BushelError. */
export function readQuestion(data: unknown): Question {
  const body = read(data, ["call", "cancel"]);
  const { id, member, args } = body;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) throw malformed(`a message with the id ${shown(id)}, and not a number above 0`);
  if (body["type"] === "cancel") return { type: "cancel", id };
  if (typeof member !== "string" || !Array.isArray(args)) throw malformed("a call without a member's name or without a list of arguments");
  return { type: "call", id, member, args };
}

/** The id of what could not be read, as far as it has one. */
export function idOf(data: unknown): number {
  const id = isOurs(data) ? (data as { id?: unknown }).id : undefined;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : 0;
}

export const malformed = (what: string): BushelError =>
  new BushelError("malformed", "The message cannot be read.", `It is ${what}.`, "See docs/embedding.md for what messages are.");

const shown = (value: unknown): string => (value === undefined ? "missing" : typeof value === "object" ? "an object" : JSON.stringify(String(value)));

const FIELDS = ["code", "cause", "cure", "errno", "syscall", "path", "crate", "details"];

/** An error for a message. */
export function encodeError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: reason(error) };
  const fields = FIELDS.filter((name) => name in error).map((name) => [name, plain((error as unknown as Record<string, unknown>)[name])]);
  return { ...Object.fromEntries(fields), name: error.name, message: error.message };
}

// What cannot be sent is left out.
function plain(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}

/** The error of a message, of the class that it had where it is one of ours. */
export function decodeError(error: WireError): Error {
  const { name, message, code, cause, cure, errno, syscall, path, crate, details } = error;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  switch (name) {
    case "BushelError":
      return new BushelError(text(code), message, text(cause), text(cure));
    case "SystemError":
      return new SystemError(Number(errno), text(syscall), typeof path === "string" ? path : undefined);
    case "BusError":
      return new BusError(code as BusError["code"], message, { crate: Number(crate), errno: Number(errno), details });
    case "TypeError":
      return new TypeError(message);
    case "RangeError":
      return new RangeError(message);
    case "AbortError":
    case "TimeoutError":
      return new DOMException(message, name);
  }
  return Object.assign(new Error(message), { name });
}
