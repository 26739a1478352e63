// The process workers as the kernel worker has them: the page makes them and ends
// them, and each is spoken to by a port of its own. A worker could make workers
// itself, but Firefox waits for its main thread then, and has been seen to wait for ever.
import type { FromKernel, FromProcess, ToProcess } from "../protocol.ts";

/** Sends a message to the page. */
export type ToPage = (message: FromKernel, transfer?: Transferable[]) => void;

/** For how many milliseconds a worker that is ended must have been silent, and how long that is awaited. */
const SILENCE = 4;
const LONGEST = 60;

/** A process worker. Its members are those of Worker, as far as they are used. */
export class RemoteWorker {
  onmessage: (event: MessageEvent<FromProcess>) => void = () => {};
  /** Told when its script does not load, or throws. */
  onerror: (event: { message: string }) => void = () => {};
  readonly #port: MessagePort;
  readonly #end: () => void;
  #ended = false;
  /** How many messages have come. */
  #count = 0;

  constructor(port: MessagePort, end: () => void) {
    this.#port = port;
    this.#end = end;
    port.onmessage = (event) => {
      this.#count++;
      this.onmessage(event);
    };
  }

  postMessage(message: ToProcess, transfer: Transferable[]): void {
    this.#port.postMessage(message, transfer);
  }

  terminate(): void {
    this.#ended = true;
    this.#port.onmessage = null;
    this.#end();
  }

  /**
   * Ends the worker, and calls silent when all has been told that it had posted. A port
   * delivers what a worker has posted that is no more; a timer's turn comes behind the
   * messages that lay there before, and a pause without any says that there are none.
   * One that goes on writing until its thread is stopped is cut off at some point.
   */
  silence(silent: () => void): void {
    this.#ended = true;
    this.#end();
    const late = performance.now() + LONGEST;
    const pause = (): void => {
      const count = this.#count;
      setTimeout(() => {
        if (count !== this.#count && performance.now() < late) return pause();
        this.#port.onmessage = null;
        silent();
      }, SILENCE);
    };
    pause();
  }

  /** Has onerror told when the worker dies without a word, by the lock that it holds. */
  watch(lock: string): void {
    void navigator.locks.request(lock, () => {
      if (!this.#ended) this.onerror({ message: "its worker has died" });
    });
  }
}

/** Workers has the page make process workers. */
export class Workers {
  readonly #page: ToPage;
  readonly #all = new Map<number, RemoteWorker>();
  #lastID = 0;

  constructor(page: ToPage) {
    this.#page = page;
  }

  make(name: string): RemoteWorker {
    const { port1, port2 } = new MessageChannel();
    const id = ++this.#lastID;
    const worker = new RemoteWorker(port1, () => {
      if (this.#all.delete(id)) this.#page({ type: "terminate", id });
    });
    this.#all.set(id, worker);
    this.#page({ type: "make", id, name, port: port2 }, [port2]);
    return worker;
  }

  /** Takes the page's word that a worker has failed. */
  failed(id: number, message: string): void {
    this.#all.get(id)?.onerror({ message });
  }
}
