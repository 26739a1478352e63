// shell.fs: the shell's files, in the manner of Node's fs.promises.

import { concat, text, utf8 } from "./bytes.ts";
import type { Client } from "./client.ts";
import { isErrno, SystemError } from "./errno.ts";
import { decodeDirEntries, decodeStat, type Stat } from "./record.ts";
import { AT_CWD, At, FileType, Op, Open } from "./syscall.ts";
import { chunks, type Source } from "./source.ts";

/** The most that one call reads or writes, so that the kernel is never held for long. */
const PIECE = 1 << 20;

export type FileKind = "file" | "directory" | "symlink" | "device" | "fifo" | "socket" | "unknown";

const KINDS: Readonly<Record<number, FileKind>> = {
  1: "device", 2: "device", 3: "directory", 4: "file", 5: "socket", 6: "socket", 7: "symlink", 8: "fifo",
};

/** Something whose kind is known. */
class Kinded {
  readonly type: FileKind;

  constructor(type: FileKind) {
    this.type = type;
  }

  isFile(): boolean {
    return this.type === "file";
  }
  isDirectory(): boolean {
    return this.type === "directory";
  }
  isSymbolicLink(): boolean {
    return this.type === "symlink";
  }
}

/** What stat tells of a file. */
export class FileStat extends Kinded {
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly ino: number;
  readonly nlink: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;

  constructor(stat: Stat) {
    super(KINDS[stat.type] ?? "unknown");
    this.size = stat.size;
    this.mode = stat.mode;
    this.ino = stat.ino;
    this.nlink = stat.nlink;
    this.mtimeMs = stat.mtimeMs;
  }

  get mtime(): Date {
    return new Date(this.mtimeMs);
  }
}

/** What a directory tells of a file in it; of a symbolic link, the link itself. */
export class Entry extends Kinded {
  readonly name: string;
  /** The path of the directory that it is in. */
  readonly parentPath: string;

  constructor(name: string, type: FileKind, parentPath: string) {
    super(type);
    this.name = name;
    this.parentPath = parentPath;
  }
}

/** What readdir may be told. */
export interface ReaddirOptions {
  /** Entries and not just names. */
  withFileTypes?: boolean;
  /** All that is below the directory too; names are relative to it. Links are not followed. */
  recursive?: boolean;
}

/** Where a file of a tree is found that may be deeper than a path is long: at path, looked up from the directory fd. */
interface Reach {
  fd: number;
  path: string;
}

/** From how many bytes on names are looked up from an open directory: a path has 4,095, a name 255. */
const DEEP = 3500;

export interface WriteOptions {
  /** Add to the end instead of replacing. */
  append?: boolean;
  /** The same as Node has it; with x the file must be new. */
  flag?: "w" | "a" | "wx" | "ax";
  /** Texts are UTF-8. */
  encoding?: "utf8" | "utf-8" | null;
  /** Permission bits of a new file; 0o644 if nothing is said. */
  mode?: number;
  /** Told how many bytes have been written so far. */
  onProgress?: (written: number) => void;
}

/** How many files the page holds open at once; more wait, however many are asked for. */
const OPEN_AT_ONCE = 128;

/** Files is the shell's tree of files. Relative paths start at the home folder; errors are SystemErrors. */
export class Files {
  private readonly kernel: () => Promise<Client>;
  private free = OPEN_AT_ONCE;
  private readonly queue: (() => void)[] = [];

  /** kernel is asked for at each call, so that a shell that has not started starts. */
  constructor(kernel: () => Promise<Client>) {
    this.kernel = kernel;
  }

  readFile(path: string): Promise<Uint8Array>;
  readFile(path: string, encoding: "utf8" | "utf-8" | { encoding: "utf8" | "utf-8" }): Promise<string>;
  async readFile(path: string, encoding?: string | { encoding: string }): Promise<Uint8Array | string> {
    const wanted = encodingOf(encoding);
    const client = await this.kernel();
    const fd = await this.open(client, path, Open.read);
    try {
      const pieces: Uint8Array[] = [];
      for (;;) {
        const { data } = await client.call({ op: Op.read, args: [fd, PIECE] }).catch((error) => {
          throw error instanceof SystemError ? new SystemError(error.errno, "read", path) : error;
        });
        if (data.length === 0) break;
        pieces.push(data);
      }
      // A copy: what came is a part of a larger message.
      const bytes = pieces.length === 1 ? pieces[0]!.slice() : concat(pieces);
      return wanted ? text(bytes) : bytes;
    } finally {
      this.close(client, fd).catch(() => {});
    }
  }

  async writeFile(path: string, data: Source, options: WriteOptions | "utf8" | "utf-8" = {}): Promise<void> {
    encodingOf(options);
    if (typeof options === "string") options = {};
    const { flag = "w" } = options;
    if (!/^[wa]x?$/.test(flag)) throw new TypeError(`${JSON.stringify(flag)} is no flag: it is w, a, wx or ax`);
    const client = await this.kernel();
    const how = options.append || flag[0] === "a" ? Open.append : Open.trunc;
    const flags = Open.write | Open.create | how | (flag[1] === "x" ? Open.excl : 0);
    const fd = await this.open(client, path, flags, options.mode);
    // A stream that has nothing to give must not keep who waits for a shell that has gone.
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const forget = client.whenClosed(close);
    try {
      let written = 0;
      for await (const chunk of chunks(data, closed)) {
        for (let at = 0; at < chunk.length; at += PIECE) {
          await writeAll(client, fd, chunk.subarray(at, at + PIECE), path);
          written += Math.min(PIECE, chunk.length - at);
          options.onProgress?.(written);
        }
      }
    } finally {
      forget();
      // Awaited, so that whoever runs the file next finds nobody writing it.
      await this.close(client, fd);
    }
  }

  private async open(client: Client, path: string, flags: number, mode = 0o644, from = AT_CWD, at = 0): Promise<number> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return (await client.call({ op: Op.open, args: [from, flags, mode, at], path })).vals[0];
    } catch (error) {
      this.release();
      throw error;
    }
  }

  private async close(client: Client, fd: number): Promise<void> {
    this.release();
    await client.call({ op: Op.close, args: [fd] });
  }

  // The place goes straight to who waits for one.
  private release(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.free++;
  }

  readdir(path: string, options?: ReaddirOptions & { withFileTypes?: false }): Promise<string[]>;
  readdir(path: string, options: ReaddirOptions & { withFileTypes: true }): Promise<Entry[]>;
  async readdir(path: string, options: ReaddirOptions = {}): Promise<string[] | Entry[]> {
    const client = await this.kernel();
    const found: Entry[] = [];
    const names: string[] = [];
    const list = async (at: Reach, flags: number, parent: string, before: string): Promise<void> => {
      const { entries, below, leave } = await this.enter(client, at, parent, flags);
      try {
        for (const entry of entries) {
          found.push(entry);
          names.push(before + entry.name);
          if (options.recursive && entry.isDirectory()) {
            await list(below(entry.name), At.noFollow, join(parent, entry.name), `${before}${entry.name}/`);
          }
        }
      } finally {
        leave();
      }
    };
    await list({ fd: AT_CWD, path }, 0, path, "");
    return options.withFileTypes ? found : names;
  }

  // Lists a directory, and says how what is in it is reached, however deep that is, until leave is called.
  private async enter(client: Client, at: Reach, parent: string, flags: number): Promise<{ entries: Entry[]; below(name: string): Reach; leave(): void }> {
    const fd = await this.open(client, at.path, Open.directory, 0, at.fd, flags);
    const deep = at.path.length > DEEP / 3 && utf8(at.path).length > DEEP;
    let stays = false;
    try {
      const entries: Entry[] = [];
      for (let cookie = 0n; ; ) {
        const { data } = await client.call({ op: Op.readdir, args: [fd, cookie, PIECE >> 2] });
        const list = decodeDirEntries(data);
        if (list.length === 0) break;
        for (const entry of list) {
          cookie = entry.cookie;
          if (entry.name !== "." && entry.name !== "..") entries.push(new Entry(entry.name, KINDS[entry.type] ?? "unknown", parent));
        }
      }
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      if (!deep) return { entries, below: (name) => ({ fd: at.fd, path: join(at.path, name) }), leave: () => {} };
      stays = true;
      // Those that are held while their tree is gone down are not counted: each waits for the next.
      this.release();
      return { entries, below: (name) => ({ fd, path: name }), leave: () => void client.call({ op: Op.close, args: [fd] }).catch(() => {}) };
    } finally {
      if (!stays) this.close(client, fd).catch(() => {});
    }
  }

  /** Describes a file; of a symbolic link, what it leads to. */
  async stat(path: string): Promise<FileStat> {
    return new FileStat(await this.status(path, 0));
  }

  /** Describes a file; of a symbolic link, the link itself. */
  async lstat(path: string): Promise<FileStat> {
    return new FileStat(await this.status(path, At.noFollow));
  }

  private async status(path: string, flags: number, from = AT_CWD): Promise<Stat> {
    const client = await this.kernel();
    return decodeStat((await client.call({ op: Op.stat, args: [from, 0, 0, flags], path })).data);
  }

  async mkdir(path: string, options: { recursive?: boolean; mode?: number } = {}): Promise<void> {
    const client = await this.kernel();
    const make = (at: string) => client.call({ op: Op.mkdir, args: [AT_CWD, 0, options.mode ?? 0o755], path: at });
    if (!options.recursive) {
      await make(path);
      return;
    }
    const names = path.split("/").filter(Boolean);
    for (let i = 1; i <= names.length; i++) {
      const at = (path.startsWith("/") ? "/" : "") + names.slice(0, i).join("/");
      try {
        await make(at);
      } catch (error) {
        // Whatever a parent's mkdir dislikes does not matter if the parent is there.
        const there = await this.stat(at).catch(() => undefined);
        if (!there?.isDirectory()) throw error;
      }
    }
  }

  async rm(path: string, options: { recursive?: boolean; force?: boolean } = {}): Promise<void> {
    const client = await this.kernel();
    // The root cannot be removed: that is told before anything in it is.
    if (options.recursive && isRoot(path)) await client.call({ op: Op.rmdir, args: [AT_CWD], path: "/" });
    await this.remove(client, { fd: AT_CWD, path }, options);
  }

  private async remove(client: Client, { fd, path }: Reach, options: { recursive?: boolean; force?: boolean }): Promise<void> {
    try {
      const stat = await this.status(path, At.noFollow, fd);
      if (stat.type !== FileType.directory) {
        await client.call({ op: Op.unlink, args: [fd], path });
        return;
      }
      if (options.recursive) {
        const { entries, below, leave } = await this.enter(client, { fd, path }, path, At.noFollow);
        try {
          for (const { name } of entries) await this.remove(client, below(name), options);
        } finally {
          leave();
        }
      }
      await client.call({ op: Op.rmdir, args: [fd], path });
    } catch (error) {
      if (!options.force || !isErrno(error, "ENOENT")) throw error;
    }
  }

  /** Renames a file or directory; what was at to is replaced, as by rename(2). */
  async rename(from: string, to: string): Promise<void> {
    const client = await this.kernel();
    await client.call({ op: Op.rename, args: [AT_CWD, AT_CWD], path: from, data: utf8(to) });
  }
}

const join = (directory: string, name: string): string => (directory.endsWith("/") ? directory : `${directory}/`) + name;

// Whether an absolute path leads to the root, if none of its parts is a link.
function isRoot(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth = Math.max(0, depth - 1);
    else if (part !== "" && part !== ".") depth++;
  }
  return path.startsWith("/") && depth === 0;
}

// Only texts in UTF-8 are known; undefined is bytes.
function encodingOf(option?: string | { encoding?: string | null } | null): string | undefined {
  const wanted = typeof option === "object" ? option?.encoding : option;
  if (wanted && !/^utf-?8$/i.test(wanted)) throw new TypeError(`${JSON.stringify(wanted)} is no encoding: it is utf8 or nothing`);
  return wanted ?? undefined;
}

/** Writes all of data; a write may end early. */
export async function writeAll(client: Client, fd: number, data: Uint8Array, path?: string): Promise<void> {
  while (data.length > 0) {
    let n: number;
    try {
      n = (await client.call({ op: Op.write, args: [fd], data })).vals[0];
    } catch (error) {
      throw error instanceof SystemError ? new SystemError(error.errno, "write", path) : error;
    }
    data = data.subarray(n);
  }
}
