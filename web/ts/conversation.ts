// Conversations that programs in the kernel begin with the page, where they need
// its user: web/kernel/page_js.go is the other end.

import type { GiveFolder, TalkClose, TalkMessage } from "./protocol.ts";

/** One conversation: messages both ways, in order. */
export class Conversation {
  private readonly id: number;
  private readonly post: (message: TalkMessage | TalkClose | GiveFolder, transfer: Transferable[]) => void;
  private readonly queue: Uint8Array[] = [];
  private readonly waiting: ((message: Uint8Array | undefined) => void)[] = [];
  private readonly abort = new AbortController();

  constructor(id: number, post: (message: TalkMessage | TalkClose | GiveFolder, transfer: Transferable[]) => void) {
    this.id = id;
    this.post = post;
  }

  /** Aborted when the other end has gone. */
  get ended(): AbortSignal {
    return this.abort.signal;
  }

  /** Sends a message; its buffer is given away. */
  send(data: Uint8Array<ArrayBuffer>): void {
    if (!this.ended.aborted) this.post({ type: "talk", id: this.id, data }, [data.buffer]);
  }

  /** Gives the kernel's worker the handle of a folder; the number is what it knows it by. */
  give(handle: FileSystemDirectoryHandle): number {
    this.post({ type: "folder", id: this.id, handle }, []);
    return this.id;
  }

  /** The next message, undefined if there will be none. */
  receive(): Promise<Uint8Array | undefined> {
    if (this.queue.length > 0) return Promise.resolve(this.queue.shift());
    if (this.ended.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Ends the conversation. */
  close(): void {
    if (this.ended.aborted) return;
    this.post({ type: "talk-close", id: this.id }, []);
    this.end();
  }

  take(message: Uint8Array): void {
    const next = this.waiting.shift();
    if (next) next(message);
    else this.queue.push(message);
  }

  end(): void {
    this.abort.abort();
    for (const resolve of this.waiting.splice(0)) resolve(undefined);
  }
}

/** Answers a conversation about one thing. */
export type Answer = (talk: Conversation) => Promise<void>;

/** The conversations of one kernel. */
export class Conversations {
  private readonly open = new Map<number, Conversation>();
  private readonly answers: ReadonlyMap<string, Answer>;
  private readonly post: (message: TalkMessage | TalkClose | GiveFolder, transfer: Transferable[]) => void;

  constructor(answers: ReadonlyMap<string, Answer>, post: (message: TalkMessage | TalkClose | GiveFolder, transfer: Transferable[]) => void) {
    this.answers = answers;
    this.post = post;
  }

  begin(id: number, what: string): void {
    const talk = new Conversation(id, this.post);
    const answer = this.answers.get(what);
    if (!answer) {
      talk.close();
      return;
    }
    this.open.set(id, talk);
    answer(talk)
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        this.open.delete(id);
        talk.close();
      });
  }

  message(id: number, data: Uint8Array): void {
    this.open.get(id)?.take(data);
  }

  end(id: number): void {
    this.open.get(id)?.end();
    this.open.delete(id);
  }

  /** Ends them all: the kernel is no more. */
  close(): void {
    for (const talk of this.open.values()) talk.end();
    this.open.clear();
  }
}
