// The frames of a bus link, as bus/SPEC.md has them, as far as the page uses them:
// calls, their answers, and their end.

import { text, utf8 } from "./bytes.ts";
import { BUS_CODES, BusError } from "./buserror.ts";
import { decodeCBOR, encodeCBOR } from "./cbor.ts";
import { HEADER_SIZE } from "./frame.ts";
import { sha256 } from "./sha256.ts";

export const BusKind = { call: 1, result: 2, fault: 3, notify: 4, credit: 5, close: 6, data: 7, hello: 8 } as const;

/** A kind that a peer which does not know it leaves out has this bit. */
export const OPTIONAL = 0x80;

export const Format = { raw: 0, json: 3, cbor: 16 } as const;

/** On a result: the call stays open. */
export const OPEN = 1;

const CALL_HEAD = 12;
const FAULT_HEAD = 12;

/** The number of the method with that full name. */
export function methodID(name: string): Uint8Array {
  return sha256(utf8(name)).slice(0, 16);
}

/** A number of a method as text. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** One frame of a bus link. A decoded payload is a part of the message. */
export interface BusFrame {
  kind: number;
  format: number;
  flags: number;
  id: number;
  method?: Uint8Array;
  payload: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** The bytes of a frame. */
export function busFrame(kind: number, id: number, more: Partial<BusFrame> = {}): Uint8Array {
  const payload = more.payload ?? EMPTY;
  const frame = new Uint8Array(HEADER_SIZE + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length, true);
  frame[4] = kind;
  frame[5] = more.format ?? 0;
  view.setUint16(6, more.flags ?? 0, true);
  view.setUint32(8, id, true);
  if (more.method) frame.set(more.method, 12);
  frame.set(payload, HEADER_SIZE);
  return frame;
}

/** Cuts a stream of bytes into frames. */
export class Splitter {
  private held = EMPTY;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** The frames that are whole with these bytes; throws a RangeError for what is none. */
  *take(bytes: Uint8Array): Generator<BusFrame> {
    let all = bytes;
    if (this.held.length > 0) {
      all = new Uint8Array(this.held.length + bytes.length);
      all.set(this.held);
      all.set(bytes, this.held.length);
    }
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    let at = 0;
    while (all.length - at >= 4) {
      const size = view.getUint32(at, true);
      if (size < HEADER_SIZE || size > this.most) throw new RangeError(`a frame of ${size} bytes`);
      if (size > all.length - at) break;
      yield {
        kind: all[at + 4]!, format: all[at + 5]!, flags: view.getUint16(at + 6, true), id: view.getUint32(at + 8, true),
        method: all.subarray(at + 12, at + 28), payload: all.subarray(at + HEADER_SIZE, at + size),
      };
      at += size;
    }
    this.held = all.slice(at);
  }
}

/** The Hello of this page. */
export function hello(maxFrame: number, maxCalls: number): Uint8Array {
  const payload = new Uint8Array(12);
  const view = new DataView(payload.buffer);
  view.setUint16(0, 1, true);
  view.setUint32(4, maxFrame, true);
  view.setUint32(8, maxCalls, true);
  return busFrame(BusKind.hello, 0, { payload });
}

/** The payload of a call to a package, or along the call parent. */
export function callPayload(target: { package?: string; parent?: number; timeout?: number }, body: Uint8Array): Uint8Array {
  const name = utf8(target.package ?? "");
  if (name.length > 255) throw new BusError("invalid_argument", "the package's name is too long");
  const payload = new Uint8Array(CALL_HEAD + name.length + body.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, target.parent ?? 0, true);
  view.setUint32(4, target.timeout ?? 0, true);
  payload[8] = name.length;
  payload.set(name, CALL_HEAD);
  payload.set(body, CALL_HEAD + name.length);
  return payload;
}

/** Reads the payload of a call. */
export function readCall(payload: Uint8Array): { parent: number; timeout: number; package: string; body: Uint8Array } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const name = payload.length < CALL_HEAD ? 0 : payload[8]!;
  const meta = payload.length < CALL_HEAD ? 0 : view.getUint16(10, true);
  if (payload.length < CALL_HEAD + name + meta) throw new RangeError("a call ends early");
  return {
    parent: view.getUint32(0, true), timeout: view.getUint32(4, true),
    package: text(payload.subarray(CALL_HEAD, CALL_HEAD + name)), body: payload.subarray(CALL_HEAD + name + meta),
  };
}

/** The payload of a fault. */
export function faultPayload(error: BusError): Uint8Array {
  const message = utf8(error.message);
  const payload = new Uint8Array(FAULT_HEAD + message.length);
  payload[0] = BUS_CODES.indexOf(error.code) + 1;
  new DataView(payload.buffer).setUint32(8, message.length, true);
  payload.set(message, FAULT_HEAD);
  return payload;
}

/** Reads the payload of a fault. */
export function readFault(payload: Uint8Array): BusError {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const length = payload.length < FAULT_HEAD ? 0 : view.getUint32(8, true);
  if (payload.length < FAULT_HEAD + length) throw new RangeError("a fault ends early");
  const code = BUS_CODES[payload[0]! - 1] ?? "unknown";
  return new BusError(code, text(payload.subarray(FAULT_HEAD, FAULT_HEAD + length)) || code);
}

/** A value in a format. */
export function encode(format: number, value: unknown): Uint8Array {
  switch (format) {
    case Format.cbor:
      return encodeCBOR(value);
    case Format.json:
      return utf8(JSON.stringify(value ?? null));
    case Format.raw:
      return value instanceof Uint8Array ? value : utf8(String(value ?? ""));
  }
  throw new TypeError(`values cannot be written in the format ${format}`);
}

/** The value of a body; a body in a format that is not known here is its bytes. */
export function decode(format: number, body: Uint8Array): unknown {
  switch (format) {
    case Format.cbor:
      return body.length === 0 ? undefined : decodeCBOR(body);
    case Format.json:
      return body.length === 0 ? undefined : JSON.parse(text(body));
  }
  return body.slice();
}
