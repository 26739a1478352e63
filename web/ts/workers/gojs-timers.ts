// The timers of a Go guest: those that its runtime sleeps with, and the
// setTimeout family of its global object. All are gone when it has ended.

const setTimer = setTimeout;
const clearTimer = clearTimeout;

/** Longer delays would end at once. */
const LONGEST = 0x7fff_ffff;

type Handle = ReturnType<typeof setTimeout>;

/** Timers is a set of timers under numbers of its own. */
export class Timers {
  readonly #timers = new Map<number, Handle>();
  #last = 0;

  /** How many there are. */
  get size(): number {
    return this.#timers.size;
  }

  has(id: number): boolean {
    return this.#timers.has(id);
  }

  /** Calls fire with the timer's number after delay milliseconds. The number stays taken until clear. */
  set(delay: number, fire: (id: number) => void): number {
    const id = ++this.#last;
    this.again(id, delay, fire);
    return id;
  }

  /** Arms the timer of that number anew. */
  again(id: number, delay: number, fire: (id: number) => void): void {
    const ms = Math.min(Math.max(Number(delay) || 0, 0), LONGEST);
    this.#timers.set(
      id,
      setTimer(() => {
        if (this.#timers.has(id)) fire(id);
      }, ms),
    );
  }

  clear(id: number): void {
    clearTimer(this.#timers.get(id));
    this.#timers.delete(id);
  }

  clearAll(): void {
    for (const handle of this.#timers.values()) clearTimer(handle);
    this.#timers.clear();
  }
}
