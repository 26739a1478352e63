// Room for memories. A browser has addresses for about a hundred memories of a page, whatever
// their size, and takes those of programs and workers that have ended back late: what finds
// no room may find it soon after.

/** Nothing that has a memory can be begun in the page; the message says so of a program. */
export class NoRoom extends Error {
  constructor() {
    super("cannot be started: the page has no room for the memory of another program: end some of them, or reload the page");
  }
}

/** How long is waited before each further attempt, in milliseconds. */
const PAUSES = [50, 100, 200, 400, 800] as const;

const { setTimeout } = globalThis; // the globals may go: see gojs-lockdown.ts
const { CompileError, LinkError, RuntimeError } = WebAssembly;

/**
 * Makes what has a memory of its own, at once if there is room.
 *
 * @param make makes it, or throws
 * @param full is called each time that there is no room, to make some
 * @param made takes it
 * @param failed takes the reason that make had, or a NoRoom if there was none to the last
 */
export function whenRoom<T>(make: () => T, full: () => void, made: (it: T) => void, failed: (error: unknown) => void, attempt = 0): void {
  let it: T;
  try {
    it = make();
  } catch (error) {
    if (!lacksRoom(error)) return failed(error);
    const pause = PAUSES[attempt];
    if (pause === undefined) return failed(new NoRoom());
    full();
    setTimeout(() => whenRoom(make, full, made, failed, attempt + 1), pause);
    return;
  }
  made(it);
}

function lacksRoom(error: unknown): boolean {
  const known = error instanceof CompileError || error instanceof LinkError || error instanceof RuntimeError;
  return error instanceof Error && !known && /out of memory|could not allocate memory/i.test(error.message);
}
