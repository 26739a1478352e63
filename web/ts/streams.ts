// An fd of the page as a web stream, and the whole of one as bytes.

import { concat } from "./bytes.ts";
import { type Client, opName } from "./client.ts";
import { chunks, type Source } from "./source.ts";
import { writeAll } from "./files.ts";
import { isErrno, numberOf, SystemError } from "./errno.ts";
import { decodePoll, decodeStat, encodePoll, Poll } from "./record.ts";
import { Op, type Reply } from "./syscall.ts";

/** What one read may bring, and how much of it is worth a message to who reads all in the end. */
const READ = 256 << 10;
/** The most that one write sends: what the pipe of a program holds. */
const WRITE = 1 << 20;

/** All that an fd gave, and the same as UTF-8. */
export interface Contents {
  bytes: Uint8Array;
  text: string;
}

/**
 * Reads an fd to its end and closes it. Two reads stand in line, so that the
 * writer need not wait for the page, and it is decoded while more is on its way. If
 * stop resolves first, the rest is left and what came until then is returned.
 */
export async function readAll(client: Client, fd: number, stop?: Promise<unknown>): Promise<Contents> {
  const lane = client.takeLane();
  const read = () => client.call({ op: Op.read, args: [fd, READ, 0, 0, READ] }, lane);
  const stopped = stop?.then(() => undefined);
  const decoder = new TextDecoder();
  const pieces: Uint8Array[] = [];
  let text = "";
  const take = ({ data }: Reply) => {
    pieces.push(data);
    text += decoder.decode(data, { stream: true });
  };
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
      if (reply?.data.length === 0) break;
      if (reply) take(reply);
      else {
        await Promise.race([takeRest(client, fd, take), Promise.all([current.then(take), next.then(take)])]).catch(() => {});
        break;
      }
    }
  } finally {
    client.call({ op: Op.close, args: [fd] }).catch(() => {});
    if (cut) last.catch(() => {}).then(() => client.giveLane(lane));
    else await last.catch(() => {}).then(() => client.giveLane(lane));
  }
  return { bytes: concat(pieces), text: text + decoder.decode() };
}

/** Takes what is in a pipe already, for which a read that stands in line may wait for more. */
async function takeRest(client: Client, fd: number, take: (reply: Reply) => void): Promise<void> {
  const { size } = decodeStat((await client.call({ op: Op.fstat, args: [fd] })).data);
  if (size > 0) take(await client.call({ op: Op.read, args: [fd, size] }));
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
      for (let at = 0; at < next.value.length; at += WRITE) await writeAll(client, fd, next.value.subarray(at, at + WRITE));
    }
  } catch (error) {
    if (!isErrno(error, "EPIPE")) throw error;
  } finally {
    client.call({ op: Op.close, args: [fd] }).catch(() => {});
    pieces.return(undefined).catch(() => {});
  }
}

/** An fd of the page that several streams may be on. Once it is closed its number may be another's, so nothing is done on it any more. */
export class Descriptor {
  private readonly client: Client;
  private readonly number: number;
  private closing: Promise<unknown> | undefined;

  constructor(client: Client, fd: number) {
    this.client = client;
    this.number = fd;
  }

  get closed(): boolean {
    return this.closing !== undefined;
  }

  /** Performs a call on it, whose first argument it is; fails with EPIPE if it is closed. */
  call(op: Op, args: readonly (number | bigint)[] = [], data?: Uint8Array): Promise<Reply> {
    if (this.closed) return Promise.reject(new SystemError(numberOf("EPIPE"), opName.get(op) ?? "?"));
    return this.client.call({ op, args: [this.number, ...args], ...(data && { data }) });
  }

  /** Closes it. That cannot fail, and need not be waited for. */
  close(): Promise<unknown> {
    return (this.closing ??= this.client.call({ op: Op.close, args: [this.number] }).catch(() => {}));
  }

  /** Closes it if nobody is left to read what is written to it. */
  async closeIfUnread(): Promise<void> {
    if (this.closed) return;
    const { data } = await this.client.call({ op: Op.poll, args: [0], data: encodePoll(this.number, 0) });
    if (!this.closed && decodePoll(data) & Poll.err) await this.close();
  }
}

/**
 * Reads from an fd, as far ahead of its reader as one read brings, and closes it at the end: what
 * nobody reads must not keep it open, unless it is much.
 */
export function readable(fd: Descriptor, ended: (error: unknown) => boolean = () => false): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { data } = await fd.call(Op.read, [READ]);
          if (data.length > 0) {
            controller.enqueue(data.slice());
            return;
          }
        } catch (error) {
          if (!ended(error)) {
            fd.close();
            throw error;
          }
        }
        fd.close();
        controller.close();
      },
      async cancel() {
        await fd.close();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: READ }),
  );
}

/**
 * Writes to an fd, texts as UTF-8. end is what closing does; it closes the fd if nothing is said.
 * So does a write that fails, after which the stream takes nothing: who reads must not wait for more.
 */
export function writable(fd: Descriptor, end: () => Promise<unknown> = () => fd.close()): WritableStream<Uint8Array | string> {
  return new WritableStream<Uint8Array | string>({
    async write(value) {
      try {
        for await (const chunk of chunks(value)) {
          for (let rest = chunk; rest.length > 0; ) rest = rest.subarray((await fd.call(Op.write, [], rest.subarray(0, READ))).vals[0]);
        }
      } catch (error) {
        end().catch(() => {});
        throw error;
      }
    },
    async close() {
      await end();
    },
    async abort() {
      await end();
    },
  });
}
