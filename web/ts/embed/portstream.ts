// Streams of bytes through message ports. The reading side asks for each piece ("pull"), so that a
// fast writer waits; it leaves by "cancel". The writing side answers by a piece, or by the end.

import { type Source, chunks } from "../source.ts";
import { decodeError, encodeError, type WireError } from "./protocol.ts";

type Ask = "pull" | "cancel";
type Told = { piece: Uint8Array } | { end: true } | { error: WireError };

/** Sends source through a port as it is asked for. The port is closed at the end. */
export function sendStream(source: Source, port: MessagePort): void {
  const pieces = chunks(source);
  const tell = (told: Told): void => {
    port.postMessage(told);
    if (!("piece" in told)) port.close();
  };
  port.onmessage = async ({ data }: MessageEvent<Ask>) => {
    try {
      if (data === "cancel") {
        port.close();
        await pieces.return(undefined);
        return;
      }
      const { done, value } = await pieces.next();
      tell(done ? { end: true } : { piece: value });
    } catch (error) {
      tell({ error: encodeError(error) });
    }
  };
}

/** The stream that somebody sends through a port. */
export function receiveStream(port: MessagePort): ReadableStream<Uint8Array<ArrayBuffer>> {
  let came: (() => void) | undefined;
  return new ReadableStream(
    {
      start(controller) {
        port.onmessage = ({ data }: MessageEvent<Told>) => {
          if ("piece" in data && data.piece instanceof Uint8Array) {
            controller.enqueue(data.piece as Uint8Array<ArrayBuffer>);
          } else {
            if ("error" in data) controller.error(decodeError(data.error));
            else controller.close();
            port.close();
          }
          came?.();
        };
      },
      pull() {
        port.postMessage("pull" satisfies Ask);
        return new Promise<void>((resolve) => (came = resolve));
      },
      cancel() {
        port.postMessage("cancel" satisfies Ask);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Whether a value is a stream that cannot be sent as it is. */
export function isStream(value: unknown): value is ReadableStream<Uint8Array | string> | AsyncIterable<Uint8Array | string> {
  return typeof value === "object" && value !== null && (value instanceof ReadableStream || Symbol.asyncIterator in value);
}
