// What the objects that a Go guest is given use of the guest's event loop.

import type { Reply, Request } from "../syscall.ts";

/** Loop is the event loop of one guest. */
export interface Loop {
  /** Calls a function that the guest gave us, with this undefined; not within an import. */
  callback(fn: Function, args: unknown[]): void;

  /** Calls such a function as soon as the guest waits for events. */
  soon(fn: Function, args: unknown[]): void;

  /**
   * Performs a system call and then calls then with its end, but not if the guest has
   * ended by then. While it is under way, the guest counts as having something to wait for.
   */
  syscall(request: Request, then: (reply: Reply) => void): void;

  /** Performs a system call whose end nobody waits for. */
  tell(request: Request): void;

  /**
   * True while a function of the guest's has been called and has not returned. The
   * event loop stands still until it does, so what it waits for has to end at once.
   */
  readonly handling: boolean;

  /** Writes to an fd, in order with all other calls; the guest's end waits for it. */
  writeNow(fd: number, bytes: Uint8Array): void;

  /** Ends the guest; does not return. */
  exit(code: number): never;

  /** Fills an array with random bytes. */
  random(bytes: Uint8Array): void;
}
