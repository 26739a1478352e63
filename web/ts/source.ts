// What a page may hand over as bytes: texts, buffers, files, streams.

import { utf8 } from "./bytes.ts";

export type Source =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>;

/** Yields the bytes of a source; throws a TypeError for what is none. Once stop resolves a stream is cancelled, also while it has nothing to give. */
export async function* chunks(source: Source, stop?: Promise<unknown>): AsyncGenerator<Uint8Array> {
  const bytes = whole(source);
  if (bytes) {
    yield bytes;
    return;
  }
  const stream = source instanceof Blob ? source.stream() : source;
  if (stream instanceof ReadableStream) {
    // By its reader: not every browser can iterate over a stream.
    const reader = stream.getReader();
    stop?.then(() => reader.cancel()).catch(() => {});
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield piece(value);
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  } else if (typeof stream === "object" && stream !== null && Symbol.asyncIterator in stream) {
    for await (const value of stream as AsyncIterable<Uint8Array | string>) yield piece(value);
  } else {
    throw new TypeError("the data is no string, buffer, Blob or stream");
  }
}

function whole(source: unknown): Uint8Array | undefined {
  if (typeof source === "string") return utf8(source);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return undefined;
}

function piece(value: unknown): Uint8Array {
  const bytes = whole(value);
  if (!bytes) throw new TypeError("a piece of the stream is no string and no buffer");
  return bytes;
}
