// Operations on folders of the user's disk, for the kernel: web/kernel/local_js.go is
// the other half, and numbers the operations the same way.

const Op = { stat: 0, list: 1, create: 2, mkdir: 3, remove: 4, move: 5, read: 6, write: 7, truncate: 8, sync: 9, close: 10, end: 11 } as const;
type Op = (typeof Op)[keyof typeof Op];

/** Takes the end of an operation; with an errno, data is a sentence or empty. */
export type Done = (id: number, errno: number, a: number, b: number, data: Uint8Array) => void;

const EMPTY = new Uint8Array(0);

/** How long what has been written may wait for more to be written, in milliseconds. */
const QUIET = 500;

// Numbers of WASI preview 1, as kernel/errno has them.
const EACCES = 2, EBUSY = 10, EINVAL = 28, EIO = 29, ENOENT = 44, ENOSPC = 51, ENOTDIR = 54, ENOTEMPTY = 55;

const NUMBERS: Readonly<Record<string, number>> = {
  NotFoundError: ENOENT,
  TypeMismatchError: ENOTDIR,
  NotAllowedError: EACCES,
  SecurityError: EACCES,
  InvalidModificationError: ENOTEMPTY,
  NoModificationAllowedError: EBUSY,
  QuotaExceededError: ENOSPC,
  TypeError: EINVAL,
};

/** A file that is being written: what is in the stream is not in the file yet, and whether it can be is known when that is closed. */
interface Writer {
  stream: FileSystemWritableFileStream;
  /** How long the file will be. */
  size: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

class Folder {
  private readonly root: FileSystemDirectoryHandle;
  private readonly writers = new Map<string, Writer>();
  /** What has become of what was written, where nobody has been told. */
  private readonly lost = new Map<string, unknown>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(root: FileSystemDirectoryHandle) {
    this.root = root;
  }

  /** Runs operations one after another, so that each sees what the one before has done. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.last.then(run);
    this.last = turn.catch(() => {});
    return turn;
  }

  async perform(op: Op, path: string, off: number, size: number, data: Uint8Array): Promise<[a: number, b: number, data: Uint8Array]> {
    switch (op) {
      case Op.stat: {
        const handle = await this.find(path);
        if (handle.kind === "directory") return [-1, 0, EMPTY];
        await this.settle(path);
        const file = await handle.getFile();
        return [file.size, file.lastModified, EMPTY];
      }
      case Op.list: {
        const entries: { Name: string; Dir: boolean }[] = [];
        for await (const [name, handle] of (await this.directory(path)).entries()) {
          // Chromium keeps what is being written in files of its own.
          if (!name.endsWith(SWAP) || !this.writers.has(join(path, name.slice(0, -SWAP.length)))) entries.push({ Name: name, Dir: handle.kind === "directory" });
        }
        return [0, 0, new TextEncoder().encode(JSON.stringify(entries))];
      }
      case Op.create:
        await (await this.parent(path)).getFileHandle(base(path), { create: true });
        return [0, 0, EMPTY];
      case Op.mkdir:
        await (await this.parent(path)).getDirectoryHandle(base(path), { create: true });
        return [0, 0, EMPTY];
      case Op.remove:
        await this.settle(path);
        await (await this.parent(path)).removeEntry(base(path));
        this.lost.delete(path);
        return [0, 0, EMPTY];
      case Op.move:
        await this.move(path, new TextDecoder().decode(data));
        return [0, 0, EMPTY];
      case Op.read: {
        await this.settle(path);
        const file = await (await this.file(path)).getFile();
        return [0, 0, new Uint8Array(await file.slice(off, off + size).arrayBuffer())];
      }
      case Op.write:
        await this.write(path, (stream) => stream.write({ type: "write", position: off, data: data as Uint8Array<ArrayBuffer> }), off + data.length);
        return [0, 0, EMPTY];
      case Op.truncate:
        await this.write(path, (stream) => stream.truncate(off), 0);
        this.writers.get(path)!.size = off;
        return [0, 0, EMPTY];
      case Op.sync:
        await this.flush(path);
        return [0, 0, EMPTY];
      case Op.close:
        await this.settle(path);
        return [0, 0, EMPTY];
      case Op.end:
        for (const name of [...this.writers.keys()]) await this.settle(name);
        return [0, 0, EMPTY];
    }
  }

  private async directory(path: string): Promise<FileSystemDirectoryHandle> {
    let dir = this.root;
    for (const name of path.split("/")) if (name) dir = await dir.getDirectoryHandle(name);
    return dir;
  }

  private parent(path: string): Promise<FileSystemDirectoryHandle> {
    return this.directory(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  }

  private async file(path: string): Promise<FileSystemFileHandle> {
    return (await this.parent(path)).getFileHandle(base(path));
  }

  private async find(path: string): Promise<FileSystemDirectoryHandle | FileSystemFileHandle> {
    if (!path) return this.root;
    const dir = await this.parent(path);
    try {
      return await dir.getFileHandle(base(path));
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "TypeMismatchError") throw error;
      return dir.getDirectoryHandle(base(path));
    }
  }

  // A stream is made of a copy of the file and takes its place when it is closed, so
  // it is kept for a while.
  private async write(path: string, change: (stream: FileSystemWritableFileStream) => Promise<void>, end: number): Promise<void> {
    this.tell(path);
    let writer = this.writers.get(path);
    if (!writer) {
      const handle = await this.file(path);
      const stream = await handle.createWritable({ keepExistingData: true });
      writer = { stream, size: (await handle.getFile()).size, timer: undefined };
      this.writers.set(path, writer);
    }
    clearTimeout(writer.timer);
    try {
      // A stream does not write behind its end: it is made longer first, with zeros.
      if (end > writer.size) {
        await writer.stream.truncate(end);
        writer.size = end;
      }
      await change(writer.stream);
    } catch (error) {
      this.writers.delete(path);
      await writer.stream.abort().catch(() => {});
      throw error;
    }
    writer.timer = setTimeout(() => void this.inTurn(() => this.settle(path)), QUIET);
  }

  /** Fails with what nobody has been told. */
  private tell(path: string): void {
    if (!this.lost.has(path)) return;
    const error = this.lost.get(path);
    this.lost.delete(path);
    throw error;
  }

  /** Has what was written in the file. */
  private async flush(path: string): Promise<void> {
    this.tell(path);
    const writer = this.writers.get(path);
    if (!writer) return;
    clearTimeout(writer.timer);
    this.writers.delete(path);
    try {
      await writer.stream.close();
    } catch (error) {
      await writer.stream.abort().catch(() => {});
      throw error;
    }
  }

  /** Is flush for who is not to be told: the next who writes or has it written is. */
  private async settle(path: string): Promise<void> {
    if (!this.writers.has(path)) return;
    await this.flush(path).catch((error: unknown) => this.lost.set(path, error));
  }

  private async move(from: string, to: string): Promise<void> {
    await this.flush(from);
    await this.settle(to);
    const source = await this.file(from);
    const into = await this.parent(to);
    const taken = await into.getFileHandle(base(to)).then(() => true, () => false);
    const target = await into.getFileHandle(base(to), { create: true });
    if (await source.isSameEntry(target)) return;
    try {
      const stream = await target.createWritable();
      await (await source.getFile()).stream().pipeTo(stream);
    } catch (error) {
      if (!taken) await into.removeEntry(base(to)).catch(() => {});
      throw error;
    }
    this.lost.delete(to);
    await (await this.parent(from)).removeEntry(base(from));
  }
}

/** How Chromium ends the names of its own files. */
const SWAP = ".crswap";

const join = (path: string, name: string): string => (path ? `${path}/${name}` : name);
const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The folders that have been picked, by number. */
export class LocalFolders {
  private readonly all = new Map<number, Folder>();
  private readonly done: Done;

  constructor(done: Done) {
    this.done = done;
  }

  add(id: number, handle: FileSystemDirectoryHandle): void {
    this.all.set(id, new Folder(handle));
  }

  begin(id: number, number: number, op: number, path: string, off: number, size: number, data: Uint8Array): void {
    const folder = this.all.get(number);
    if (op === Op.end) this.all.delete(number);
    if (!folder) {
      queueMicrotask(() => this.done(id, EIO, 0, 0, EMPTY));
      return;
    }
    folder
      .inTurn(() => folder.perform(op as Op, path, off, size, data))
      .then(
        ([a, b, data]) => this.done(id, 0, a, b, data),
        (error: unknown) => {
          const [errno, why] = failure(error);
          this.done(id, errno, 0, 0, new TextEncoder().encode(why));
        },
      );
  }
}

function failure(error: unknown): [errno: number, why: string] {
  if (!(error instanceof Error)) return [EIO, String(error)];
  const errno = NUMBERS[error.name] ?? EIO;
  if (errno === EACCES) return [errno, "the browser does not allow it: its user has not given this page the right, or has taken it back"];
  if (errno === EINVAL) return [errno, "the browser does not allow this name"];
  return [errno, errno === EIO ? error.message : ""];
}
