// Work that is put off until the messages that lie there have been served.

/** For how long after a run the next is put off, in milliseconds. */
const BUSY = 0.5;

/**
 * Later runs run once for many calls of soon: at once after a time of quiet, else when the
 * event loop has served what waits in it.
 */
export class Later {
  readonly #run: () => void;
  readonly #echo = new MessageChannel();
  #due = false;
  #ran = -Infinity;

  constructor(run: () => void) {
    this.#run = run;
    this.#echo.port1.onmessage = () => {
      this.#due = false;
      this.#go();
    };
  }

  soon(): void {
    if (this.#due) return;
    if (performance.now() - this.#ran > BUSY) return this.#go();
    this.#due = true;
    this.#echo.port2.postMessage(0);
  }

  #go(): void {
    this.#ran = performance.now();
    this.#run();
  }
}
