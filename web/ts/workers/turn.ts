// Messages of frames that are sent together.
import { concat } from "../bytes.ts";

/** Turn joins the messages that are posted in one turn of the event loop. */
export class Turn {
  readonly #send: (message: Uint8Array<ArrayBuffer>) => void;
  #messages: Uint8Array<ArrayBuffer>[] = [];

  constructor(send: (message: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  post(message: Uint8Array<ArrayBuffer>): void {
    if (this.#messages.push(message) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#messages;
    this.#messages = [];
    this.#send(concat(messages) as Uint8Array<ArrayBuffer>);
  }
}
