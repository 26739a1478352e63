// The bus's frames, as bus/frame.go has them: a header of 28 bytes, then the
// payload to the end, several frames one behind another in one message.

/** What a frame is. */
export const Kind = { call: 1, result: 2, fault: 3, notify: 4, credit: 5 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const HEADER_SIZE = 28;

/** The longest frame that the kernel takes, in bytes. */
export const MAX_FRAME = 64 << 20;

/** The lane of calls that are begun at once, in no order. Those of any other lane wait for each other. */
export const UNORDERED = 0xffff;

/** One message of a link. A decoded payload is a part of the message. */
export interface Frame {
  kind: number;
  format: number;
  lane: number;
  id: number;
  /** The number of a reserved method; undefined for a method that is named by a hash. */
  method: number | undefined;
  payload: Uint8Array;
}

/** Writes a header with a reserved method to the start of view. */
export function putHeader(view: DataView, kind: Kind, lane: number, id: number, method: number, payload: number): void {
  view.setUint32(0, HEADER_SIZE + payload, true);
  view.setUint8(4, kind);
  view.setUint16(6, lane, true);
  view.setUint32(8, id, true);
  view.setUint32(24, method, true);
}

/** Yields the frames of a message; throws a RangeError at the first bad one. */
export function* frames(message: Uint8Array): Generator<Frame> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  for (let at = 0; at < message.length; ) {
    const left = message.length - at;
    const size = left < HEADER_SIZE ? 0 : view.getUint32(at, true);
    if (size < HEADER_SIZE || size > left || size > MAX_FRAME) {
      throw new RangeError(`a frame of ${size} bytes in a message with ${left} bytes left`);
    }
    const hashed = view.getUint32(at + 12, true) || view.getUint32(at + 16, true) || view.getUint32(at + 20, true);
    yield {
      kind: view.getUint8(at + 4),
      format: view.getUint8(at + 5),
      lane: view.getUint16(at + 6, true),
      id: view.getUint32(at + 8, true),
      method: hashed ? undefined : view.getUint32(at + 24, true),
      payload: message.subarray(at + HEADER_SIZE, at + size),
    };
    at += size;
  }
}
