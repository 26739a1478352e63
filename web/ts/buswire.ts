// The frames of a bus link, byte by byte, as bus/SPEC.md has them.

import { concat, text, utf8 } from "./bytes.ts";
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
/** On a call: it is to stay open when it is answered. */
export const KEEP = 1;
/** On data: this side sends no more; an item goes on in the next piece; the stream has failed. */
export const DataFlag = { end: 1, more: 2, error: 4 } as const;
/** On credit: the reader wants no more. */
export const STOP = 1;

/** Version of the protocol. */
export const VERSION = 1;

/** How many bytes of frames may be sent of a stream before there was credit. */
export const WINDOW = 256 << 10;

const CALL_HEAD = 12;
const FAULT_HEAD = 12;
const DATA_HEAD = 4;
const META_SIZE = 24;

/** What a piece of a stream takes of the window: its whole frame. */
export const cost = (body: number): number => HEADER_SIZE + DATA_HEAD + body;

/** The numbers of the methods that were asked for, which are few. */
const methodIDs = new Map<string, Uint8Array>();
const MOST_IDS = 4096;

/** The number of the method with that full name; it is not to be changed. */
export function methodID(name: string): Uint8Array {
  let id = methodIDs.get(name);
  if (!id) {
    id = sha256(utf8(name)).slice(0, 16);
    if (methodIDs.size >= MOST_IDS) methodIDs.clear();
    methodIDs.set(name, id);
  }
  return id;
}

const HEX = Array.from({ length: 256 }, (_, b) => b.toString(16).padStart(2, "0"));

/** A number of a method as text. */
export function hex(bytes: Uint8Array): string {
  let digits = "";
  for (const b of bytes) digits += HEX[b];
  return digits;
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

/** The bytes of a frame, whose payload is that of more behind head. */
export function busFrame(kind: number, id: number, more: Partial<BusFrame> = {}, head: Uint8Array = EMPTY): Uint8Array {
  const payload = more.payload ?? EMPTY;
  const frame = new Uint8Array(HEADER_SIZE + head.length + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length, true);
  frame[4] = kind;
  frame[5] = more.format ?? 0;
  view.setUint16(6, more.flags ?? 0, true);
  view.setUint32(8, id, true);
  if (more.method) frame.set(more.method, 12);
  frame.set(head, HEADER_SIZE);
  frame.set(payload, HEADER_SIZE + head.length);
  return frame;
}

/** The kind of the first of whole frames. */
export const kindOf = (frames: Uint8Array): number => frames[4]!;

/** Cuts a stream of bytes into frames. */
export class Splitter {
  private held: Uint8Array[] = [];
  private length = 0;
  private wanted = 4; // nothing can be cut off before that many bytes are there
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** The frames that are whole with these bytes; throws a RangeError for what is none. */
  *take(bytes: Uint8Array): Generator<BusFrame> {
    this.held.push(bytes);
    this.length += bytes.length;
    if (this.length < this.wanted) return;
    const all = concat(this.held);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    let at = 0;
    this.wanted = 4;
    while (all.length - at >= 4) {
      const size = view.getUint32(at, true);
      if (size < HEADER_SIZE || size > this.most) throw new RangeError(`a frame of ${size} bytes`);
      if (size > all.length - at) {
        this.wanted = size;
        break;
      }
      yield {
        kind: all[at + 4]!, format: all[at + 5]!, flags: view.getUint16(at + 6, true), id: view.getUint32(at + 8, true),
        method: all.subarray(at + 12, at + 28), payload: all.subarray(at + HEADER_SIZE, at + size),
      };
      at += size;
    }
    this.held = at < all.length ? [all.slice(at)] : [];
    this.length = all.length - at;
  }
}

/** The Hello of this page. */
export function hello(maxFrame: number, maxCalls: number): Uint8Array {
  const payload = new Uint8Array(12);
  const view = new DataView(payload.buffer);
  view.setUint16(0, VERSION, true);
  view.setUint32(4, maxFrame, true);
  view.setUint32(8, maxCalls, true);
  return busFrame(BusKind.hello, 0, { payload });
}

/** Reads the payload of a Hello. */
export function readHello(payload: Uint8Array): { version: number; maxFrame: number; maxCalls: number } {
  if (payload.length < 12) throw new RangeError("a hello ends early");
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { version: view.getUint16(0, true), maxFrame: view.getUint32(4, true), maxCalls: view.getUint32(8, true) };
}

/** The start of the payload of a call to a package, or along the call parent: the body comes behind it. */
export function callHead(target: { package?: string; parent?: number; timeout?: number }): Uint8Array {
  const name = utf8(target.package ?? "");
  if (name.length > 255) throw new BusError("invalid_argument", "the package's name is too long");
  const head = new Uint8Array(CALL_HEAD + name.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, target.parent ?? 0, true);
  view.setUint32(4, target.timeout ?? 0, true);
  head[8] = name.length;
  head.set(name, CALL_HEAD);
  return head;
}

/** Reads the payload of a call. */
export function readCall(payload: Uint8Array): { parent: number; timeout: number; caller: number; package: string; body: Uint8Array } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const name = payload.length < CALL_HEAD ? 0 : payload[8]!;
  const meta = payload.length < CALL_HEAD ? 0 : view.getUint16(10, true);
  if (payload.length < CALL_HEAD + name + meta) throw new RangeError("a call ends early");
  const caller = meta < META_SIZE ? 0 : view.getUint32(CALL_HEAD + name, true);
  return {
    parent: view.getUint32(0, true), timeout: view.getUint32(4, true), caller,
    package: text(payload.subarray(CALL_HEAD, CALL_HEAD + name)), body: payload.subarray(CALL_HEAD + name + meta),
  };
}

/** The payload of a fault; details are in CBOR. */
export function faultPayload(error: BusError): Uint8Array {
  const message = utf8(error.message);
  const details = error.details === undefined ? EMPTY : encodeCBOR(error.details);
  const payload = new Uint8Array(FAULT_HEAD + message.length + details.length);
  const view = new DataView(payload.buffer);
  payload[0] = BUS_CODES.indexOf(error.code) + 1;
  payload[1] = error.crate;
  view.setUint16(2, error.errno, true);
  view.setUint32(8, message.length, true);
  payload.set(message, FAULT_HEAD);
  payload.set(details, FAULT_HEAD + message.length);
  return payload;
}

/** Reads the payload of a fault, whose details are in that format; those that cannot be read are their bytes. */
export function readFault(payload: Uint8Array, format: number): BusError {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const length = payload.length < FAULT_HEAD ? 0 : view.getUint32(8, true);
  if (payload.length < FAULT_HEAD + length) throw new RangeError("a fault ends early");
  const code = BUS_CODES[payload[0]! - 1] ?? "unknown";
  const rest = payload.subarray(FAULT_HEAD + length);
  let details: unknown;
  if (rest.length > 0) {
    try {
      details = decode(format, rest);
    } catch {
      details = rest.slice();
    }
  }
  const info = { crate: payload[1]!, errno: view.getUint16(2, true), details };
  return new BusError(code, text(payload.subarray(FAULT_HEAD, FAULT_HEAD + length)) || code, info);
}

/** The payload of a piece of a stream. */
export function dataPayload(stream: number, body: Uint8Array): Uint8Array {
  const payload = new Uint8Array(DATA_HEAD + body.length);
  new DataView(payload.buffer).setUint32(0, stream, true);
  payload.set(body, DATA_HEAD);
  return payload;
}

/** Reads the payload of data; the body is a part of it. */
export function readData(payload: Uint8Array): { stream: number; body: Uint8Array } {
  if (payload.length < DATA_HEAD) throw new RangeError("data ends early");
  return { stream: new DataView(payload.buffer, payload.byteOffset).getUint32(0, true), body: payload.subarray(DATA_HEAD) };
}

/** The payload of credit: how many more bytes may be sent of the stream. */
export function creditPayload(stream: number, bytes: number): Uint8Array {
  const payload = new Uint8Array(8);
  const view = new DataView(payload.buffer);
  view.setUint32(0, stream, true);
  view.setUint32(4, bytes, true);
  return payload;
}

/** Reads the payload of credit. */
export function readCredit(payload: Uint8Array): { stream: number; bytes: number } {
  if (payload.length !== 8) throw new RangeError(`credit of ${payload.length} bytes`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { stream: view.getUint32(0, true), bytes: view.getUint32(4, true) };
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
