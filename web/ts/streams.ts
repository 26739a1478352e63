// An fd of the page as a web stream, and the whole of one as bytes.

import { concat } from "./bytes.ts";
import type { Client } from "./client.ts";
import { chunks, type Source } from "./source.ts";
import { writeAll } from "./files.ts";
import { isErrno } from "./errno.ts";
import { Op } from "./syscall.ts";

/** What one read may bring; a pipe holds less. */
const READ = 256 << 10;

/**
 * Reads an fd to its end and closes it. Two reads stand in line, so that the
 * writer need not wait for the page. If stop resolves first, the rest is left
 * and what came until then is returned.
 */
export async function readAll(client: Client, fd: number, stop?: Promise<unknown>): Promise<Uint8Array> {
  const lane = client.takeLane();
  const read = () => client.call({ op: Op.read, args: [fd, READ] }, lane);
  const stopped = stop?.then(() => undefined);
  const pieces: Uint8Array[] = [];
  let next = read();
  let last = next;
  let cut = false;
  try {
    for (;;) {
      const current = next;
      next = last = read();
      next.catch(() => {});
      const reply = await (stopped ? Promise.race([current, stopped]) : current);
      cut = reply === undefined;
      if (!reply || reply.data.length === 0) break;
      pieces.push(reply.data);
    }
  } finally {
    client.call({ op: Op.close, args: [fd] }).catch(() => {});
    if (cut) last.catch(() => {}).then(() => client.giveLane(lane));
    else await last.catch(() => {}).then(() => client.giveLane(lane));
  }
  return concat(pieces);
}

/**
 * Writes a source to an fd and closes it. A reader that has gone ends it
 * quietly, and so does stop, also while the source has nothing to give.
 */
export async function pump(client: Client, fd: number, source: Source, stop: Promise<unknown>): Promise<void> {
  const pieces = chunks(source, stop);
  const stopped = stop.then(() => undefined);
  try {
    for (;;) {
      // A stream is left by itself; of other sources nobody can say when they answer.
      const next = await Promise.race([pieces.next(), stopped]);
      if (!next || next.done) break;
      for (let at = 0; at < next.value.length; at += READ) await writeAll(client, fd, next.value.subarray(at, at + READ));
    }
  } catch (error) {
    if (!isErrno(error, "EPIPE")) throw error;
  } finally {
    client.call({ op: Op.close, args: [fd] }).catch(() => {});
    pieces.return(undefined).catch(() => {});
  }
}

/** An fd to read from; it is read only as fast as the stream is, and closed at the end. */
export function readable(client: Client, fd: number, ended: (error: unknown) => boolean = () => false): ReadableStream<Uint8Array<ArrayBuffer>> {
  const close = () => client.call({ op: Op.close, args: [fd] }).catch(() => {});
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { data } = await client.call({ op: Op.read, args: [fd, READ] });
          if (data.length > 0) {
            controller.enqueue(data.slice());
            return;
          }
        } catch (error) {
          if (!ended(error)) {
            close();
            throw error;
          }
        }
        close();
        controller.close();
      },
      async cancel() {
        await close();
      },
    },
    { highWaterMark: 1 },
  );
}

/**
 * An fd to write to, texts as UTF-8. end is what closing does; it closes the fd if nothing is said.
 * So does a write that fails, after which the stream takes nothing: who reads must not wait for more.
 */
export function writable(client: Client, fd: number, end?: () => Promise<unknown>): WritableStream<Uint8Array | string> {
  const close = end ?? (() => client.call({ op: Op.close, args: [fd] }));
  return new WritableStream<Uint8Array | string>({
    async write(value) {
      try {
        for await (const chunk of chunks(value)) await writeAll(client, fd, chunk);
      } catch (error) {
        close().catch(() => {});
        throw error;
      }
    },
    async close() {
      await close();
    },
    async abort() {
      await close();
    },
  });
}
