// The side of a port that asks.

import { BushelError, reason } from "../fault.ts";
import { isStream, sendStream } from "./portstream.ts";
import { type Answer, decodeError, message, type Question } from "./protocol.ts";

interface Waiter {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Asker makes calls through a port, and hears what is told through it. */
export class Asker {
  private readonly port: MessagePort;
  private readonly waiting = new Map<number, Waiter>();
  private lastID = 0;
  private dead: BushelError | undefined;

  /** The port is its own; told hears all that is no answer to a call. */
  constructor(port: MessagePort, told: (answer: Answer) => void = () => {}) {
    this.port = port;
    port.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.type !== "result" && data.type !== "fault") return told(data);
      const waiter = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.type === "result") waiter?.resolve(data.value);
      else waiter?.reject(decodeError(data.error));
    };
  }

  /**
   * Calls a member. Streams among the arguments and their fields go through ports of their own, and
   * ports as they are; a signal gives the call up, which then rejects with the signal's reason.
   */
  async call(member: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.dead) throw this.dead;
    const id = ++this.lastID;
    const transfer: Transferable[] = [];
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    const cancel = () => this.send({ type: "cancel", id }, []);
    try {
      this.send({ type: "call", id, member, args: args.map((arg) => packed(arg, transfer)) }, transfer);
      signal?.addEventListener("abort", cancel);
      return await answer;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      this.waiting.delete(id);
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends every open call, and all to come, with error. */
  close(error: BushelError): void {
    this.dead ??= error;
    for (const waiter of this.waiting.values()) waiter.reject(error);
    this.waiting.clear();
    this.port.close();
  }

  private send(question: Question, transfer: Transferable[]): void {
    try {
      this.port.postMessage(message(question), transfer);
    } catch (error) {
      throw new TypeError(`what is given cannot be sent to a frame: ${reason(error)}`);
    }
  }
}

function packed(value: unknown, transfer: Transferable[]): unknown {
  if (value instanceof MessagePort) {
    transfer.push(value);
    return value;
  }
  if (isStream(value)) {
    const { port1, port2 } = new MessageChannel();
    sendStream(value, port1);
    transfer.push(port2);
    return port2;
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = Object.entries(value).filter(([, field]) => !(field instanceof AbortSignal));
  return Object.fromEntries(fields.map(([name, field]) => [name, packed(field, transfer)]));
}
