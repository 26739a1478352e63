// What a store keeps its bytes on, in a worker: as kernel/vfs/store asks of a device.
// All of it throws what the browser throws.
export interface Disk {
  /** What was written is out of the reach of the worker's end only when settle has resolved. */
  readonly slow: boolean;
  /** It was there before it was opened. */
  readonly old: boolean;
  /** The most bytes that it may have, besides the browser's quota. */
  readonly limit: number;
  /** Fills into from the offset at on, which lies within the size. */
  read(into: Uint8Array, at: number): void;
  write(from: Uint8Array, at: number): void;
  size(): number;
  truncate(size: number): void;
  /** Has all that was written on the medium. Of a slow one settle does that. */
  flush(): void;
  /** Has what was written out of the reach of the worker's end, and with medium on the medium. */
  settle(medium: boolean): Promise<void>;
  close(): void;
}

/** What is said of a store that is not to be made and is not there. */
export const NO_STORE = "there is no store of this name";

/** Why there is no disk; its message is one sentence, in lower case. */
export class NoDisk extends Error {
  /** Somebody else has the store. */
  readonly busy: boolean;

  constructor(message: string, busy = false) {
    super(message);
    this.busy = busy;
  }
}
