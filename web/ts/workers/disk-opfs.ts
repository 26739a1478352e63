// A store in the origin's private file system: a file with a synchronous access
// handle, which a browser gives to one worker at a time.
import { NO_STORE, NoDisk, type Disk } from "./disk.ts";

/** The folder of all stores. */
const FOLDER = "bushel";

/** How often and how long, in milliseconds, a handle is waited for that a worker has not yet let go. */
const TRIES = 20;
const PAUSE = 50;

class FileDisk implements Disk {
  readonly slow = false;
  readonly limit = Infinity;
  readonly old: boolean;
  readonly #handle: FileSystemSyncAccessHandle;

  constructor(handle: FileSystemSyncAccessHandle, old: boolean) {
    this.#handle = handle;
    this.old = old;
  }

  read(into: Uint8Array<ArrayBuffer>, at: number): void {
    if (this.#handle.read(into, { at }) !== into.length) throw new Error("the file is shorter than it was");
  }

  write(from: Uint8Array<ArrayBuffer>, at: number): void {
    // Less than all is written only where there is no room for more.
    if (this.#handle.write(from, { at }) !== from.length) throw new DOMException("the disk is full", "QuotaExceededError");
  }

  size(): number {
    return this.#handle.getSize();
  }

  truncate(size: number): void {
    this.#handle.truncate(size);
  }

  flush(): void {
    this.#handle.flush();
  }

  async settle(): Promise<void> {}

  close(): void {
    this.#handle.close();
  }
}

/** Opens the store name, or with create makes it; undefined if this browser has no such files for this page. */
export async function openFile(name: string, create: boolean): Promise<Disk | undefined> {
  let file: FileSystemFileHandle | undefined;
  let old = true;
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const entry = `${name}.store`;
    file = await folder.getFileHandle(entry).catch(() => undefined);
    if (!file) {
      if (!create) throw new NoDisk(NO_STORE);
      old = false;
      file = await folder.getFileHandle(entry, { create });
    }
    if (typeof file.createSyncAccessHandle !== "function") return undefined;
  } catch (error) {
    if (error instanceof NoDisk) throw error;
    return undefined; // no such thing in this context, or forbidden in it
  }
  for (let i = 1; ; i++) {
    try {
      return new FileDisk(await file.createSyncAccessHandle(), old);
    } catch (error) {
      const { name } = error as DOMException;
      if (name !== "NoModificationAllowedError" && name !== "InvalidStateError") return undefined;
      if (i === TRIES) throw new NoDisk("another tab has this store open", true);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
