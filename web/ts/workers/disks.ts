// The disks of a worker's Go program: opened by name, one tab at a time, and used by
// number. The Go half is package web/storage.
import { numberOf } from "../errno.ts";
import { NoDisk, type Disk } from "./disk.ts";
import { openChunks } from "./disk-idb.ts";
import { openFile } from "./disk-opfs.ts";
import type { GoProgram } from "./goruntime.ts";

/** How long a store is waited for that another has, in milliseconds: a page that is being left lets go. */
const PATIENCE = 1_000;

/** How old an estimate of the quota may be, in milliseconds. */
const FRESH = 2_000;

/** How long a program's stores hold back what nobody knows of, in milliseconds. */
const LATER = 4;

/** Where a store may be: where the browser does best, or as a test wants it. */
export type Medium = "auto" | "idb";

export interface DiskExports {
  disk_opened(token: number, id: number, flags: number, length: number): void;
  disk_done(token: number, errno: number): void;
  disk_later(): void;
}

interface OpenDisk {
  disk: Disk;
  release(): void;
}

/** Opens the store name, or with create makes it, and keeps it until it is released or the worker ends. Rejects with a NoDisk. */
async function open(name: string, medium: Medium, create: boolean): Promise<OpenDisk> {
  const release = await lock(`bushel-store:${name}`);
  try {
    const disk = (medium === "auto" ? await openFile(name, create) : undefined) ?? (navigator.locks ? await openChunks(name, create) : undefined);
    if (!disk) throw new NoDisk("this browser keeps no files for this page");
    return { disk, release };
  } catch (error) {
    release();
    throw error;
  }
}

// Access handles are exclusive by themselves; the lock is for IndexedDB, and tells
// sooner. Where there are no locks, there is no origin's file system either.
function lock(name: string): Promise<() => void> {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve, reject) => {
    const held = (): Promise<void> => new Promise((release) => resolve(release));
    navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE) }, held).catch((error: DOMException) => {
      if (error.name === "TimeoutError") reject(new NoDisk("another tab has this store open", true));
      else reject(new NoDisk("this browser keeps no files for this page"));
    });
  });
}

/** The disks of one Go program. */
export class Disks {
  readonly #medium: Medium;
  readonly #all: (OpenDisk | undefined)[] = [];
  readonly #opening = new Map<string, Promise<OpenDisk>>();
  #lastID = 0;
  #room = { free: 0, at: 0, asked: -Infinity };
  // By how many bytes a disk could not grow when it last tried to. A browser may say that
  // there are 10 GiB whatever it has.
  #refused = Infinity;

  constructor(medium: Medium = "auto") {
    this.#medium = medium;
  }

  /** Begins to open a store that the program is going to ask for. */
  expect(name: string): void {
    if (!/^[\w-]+$/.test(name)) return; // the program is going to refuse it
    const opening = open(name, this.#medium, true);
    opening.catch(() => {});
    this.#opening.set(name, opening);
  }

  /** What the program imports. */
  imports<E extends DiskExports>(program: GoProgram<E>): Record<string, Function> {
    const view = (at: number, n: number) => program.bytes.subarray(at >>> 0, (at >>> 0) + (n >>> 0)) as Uint8Array<ArrayBuffer>;
    const guard = (work: () => void): number => {
      try {
        work();
        return 0;
      } catch (error) {
        return number(error);
      }
    };
    const disk = (id: number): Disk => this.#all[id]!.disk;
    return {
      disk_open: (token: number, at: number, n: number, create: number) => void this.#open(program, token, program.text(at, n), create !== 0),
      disk_later: () => void setTimeout(() => program.exports.disk_later(), LATER),
      // These two are called often: they go without guard.
      disk_read: (id: number, at: number, n: number, off: number) => {
        try {
          disk(id).read(view(at, n), off);
          return 0;
        } catch (error) {
          return number(error);
        }
      },
      disk_write: (id: number, at: number, n: number, off: number) => {
        try {
          disk(id).write(view(at, n), off);
          return 0;
        } catch (error) {
          // What the disk has grown by may not be there when it is written to.
          const reason = number(error);
          if (reason === numberOf("ENOSPC")) this.#refused = 1;
          return reason;
        }
      },
      disk_size: (id: number) => disk(id).size(),
      disk_truncate: (id: number, size: number) =>
        guard(() => {
          const before = disk(id).size();
          try {
            if (disk(id).slow && size - before > this.#free(disk(id))) throw new DOMException("no room", "QuotaExceededError");
            disk(id).truncate(size);
          } catch (error) {
            if (size > before) this.#refused = size - before;
            throw error;
          }
          if (size < before || size - before >= this.#refused) this.#refused = Infinity;
          this.#room.at += size - before;
        }),
      disk_flush: (id: number) => guard(() => disk(id).flush()),
      disk_settle: (id: number, token: number, medium: number) => {
        disk(id)
          .settle(medium !== 0)
          .then(
            () => program.exports.disk_done(token, 0),
            (error: unknown) => program.exports.disk_done(token, number(error)),
          )
          .finally(() => program.resume());
      },
      disk_room: (id: number) => Math.min(this.#free(disk(id)), this.#refused - 1),
      disk_close: (id: number) =>
        guard(() => {
          const open = this.#all[id]!;
          this.#all[id] = undefined;
          open.disk.close();
          open.release();
        }),
    };
  }

  async #open<E extends DiskExports>(program: GoProgram<E>, token: number, name: string, create: boolean): Promise<void> {
    try {
      const opening = this.#opening.get(name) ?? open(name, this.#medium, create);
      this.#opening.delete(name);
      const [opened] = await Promise.all([opening, this.#estimate()]);
      const id = ++this.#lastID;
      this.#all[id] = opened;
      program.exports.disk_opened(token, id, (opened.disk.slow ? 1 : 0) | (opened.disk.old ? 2 : 0), 0);
    } catch (error) {
      const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error));
      const busy = error instanceof NoDisk && error.busy;
      program.exports.disk_opened(token, 0, busy ? 1 : 0, program.give(text));
    }
    program.resume();
  }

  // How many bytes more the disk may take, by the last estimate.
  #free(disk: Disk): number {
    if (performance.now() - this.#room.asked > FRESH) this.#estimate().catch(() => {});
    return Math.max(0, Math.min(this.#room.free - this.#room.at, disk.limit - disk.size()));
  }

  async #estimate(): Promise<void> {
    this.#room.asked = performance.now();
    try {
      const { quota = 0, usage = 0 } = await navigator.storage.estimate();
      this.#room = { free: quota - usage, at: 0, asked: this.#room.asked };
    } catch {
      // As it was.
    }
  }
}

function number(error: unknown): number {
  return numberOf((error as DOMException | undefined)?.name === "QuotaExceededError" ? "ENOSPC" : "EIO");
}
