// The side of a port that answers.

import { BushelError } from "../fault.ts";
import { type Answer, encodeError, idOf, message, readQuestion, type Question } from "./protocol.ts";

/** Performs a member: resolves with a value that can be sent; the ports in it are pushed to transfer. */
export type Member = (args: unknown[], signal: AbortSignal, transfer: Transferable[]) => unknown;

/**
 * Answers the questions that come by the port, by the members of those names. The function that
 * it returns tells something unasked.
 */
export function serve(port: MessagePort, members: ReadonlyMap<string, Member>): (answer: Answer) => void {
  const open = new Map<number, AbortController>();
  const tell = (answer: Answer, transfer: Transferable[] = []): void => port.postMessage(message(answer), transfer);
  const perform = async ({ id, member, args }: Question & { type: "call" }): Promise<void> => {
    const act = members.get(member);
    if (!act) throw unknown(member, members);
    const abort = new AbortController();
    open.set(id, abort);
    try {
      const transfer: Transferable[] = [];
      const value = await act(args, abort.signal, transfer);
      tell({ type: "result", id, value }, transfer);
    } finally {
      open.delete(id);
    }
  };
  port.onmessage = async ({ data }: MessageEvent<unknown>) => {
    try {
      const question = readQuestion(data);
      if (question.type === "cancel") open.get(question.id)?.abort(new DOMException("the embedding page has given it up", "AbortError"));
      else await perform(question);
    } catch (error) {
      tell({ type: "fault", id: idOf(data), error: encodeError(error) });
    }
  };
  return tell;
}

function unknown(member: string, members: ReadonlyMap<string, Member>): BushelError {
  const names = [...members.keys()].join(", ");
  return new BushelError("member", "There is no such member.", `It is ${JSON.stringify(member)}, and there are ${names}.`, "Correct its name, or take a newer frame.");
}
