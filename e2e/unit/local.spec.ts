// Folders of the disk, on one in memory that refuses what a test has it refuse.
import { expect, test } from "@playwright/test";
import { LocalFolders } from "../../web/ts/workers/local.ts";

const STAT = 0, LIST = 1, CREATE = 2, REMOVE = 4, MOVE = 5, READ = 6, WRITE = 7, SYNC = 9, CLOSE = 10;
const ENOENT = 44, ENOSPC = 51;

const missing = (): DOMException => new DOMException("no such entry", "NotFoundError");

/** A folder without folders, as far as local.ts asks it. */
class Disk {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly locked = new Set<string>();
  full = false;

  async *entries(): AsyncGenerator<[string, { kind: "file" }]> {
    for (const name of this.files.keys()) yield [name, { kind: "file" }];
  }

  async getFileHandle(name: string, options?: { create?: boolean }): Promise<object> {
    const { files, locked } = this;
    const disk = this;
    if (!files.has(name)) {
      if (!options?.create) throw missing();
      files.set(name, new Uint8Array(0));
    }
    return {
      kind: "file",
      name,
      isSameEntry: async (other: { name: string }) => other.name === name,
      getFile: async () => new File([files.get(name)!], name),
      createWritable: async (options?: { keepExistingData?: boolean }) => {
        let data = options?.keepExistingData ? files.get(name)!.slice() : new Uint8Array(0);
        locked.add(name);
        const resize = (size: number): void => {
          const old = data;
          data = new Uint8Array(size);
          data.set(old.subarray(0, size));
        };
        const put = (at: number, bytes: Uint8Array): void => {
          if (at + bytes.length > data.length) resize(at + bytes.length);
          data.set(bytes, at);
        };
        const end = (): void => {
          locked.delete(name);
          if (disk.full) throw new DOMException("no room", "QuotaExceededError");
          files.set(name, data);
        };
        const stream = new WritableStream<Uint8Array>({ write: (chunk) => put(data.length, chunk), close: end, abort: () => void locked.delete(name) });
        return Object.assign(stream, {
          write: async ({ position, data }: { position: number; data: Uint8Array }) => put(position, data),
          truncate: async (size: number) => resize(size),
          close: async () => end(),
          abort: async () => void locked.delete(name),
        });
      },
    };
  }

  async getDirectoryHandle(): Promise<never> {
    throw missing();
  }

  async removeEntry(name: string): Promise<void> {
    if (this.locked.has(name)) throw new DOMException("it is written", "NoModificationAllowedError");
    if (!this.files.delete(name)) throw missing();
  }
}

function folder() {
  const disk = new Disk();
  const ends = new Map<number, (end: { errno: number; text: string }) => void>();
  const folders = new LocalFolders((id, errno, _a, _b, data) => ends.get(id)!({ errno, text: new TextDecoder().decode(data) }));
  folders.add(1, disk as unknown as FileSystemDirectoryHandle);
  let id = 0;
  const call = (op: number, path: string, text = "") =>
    new Promise<{ errno: number; text: string }>((resolve) => {
      ends.set(++id, resolve);
      folders.begin(id, 1, op, path, 0, 100, new TextEncoder().encode(text));
    });
  const text = (name: string) => new TextDecoder().decode(disk.files.get(name));
  return { disk, call, text };
}

test("what cannot be put in its place is told by sync, once, and the file is what it was", async () => {
  const { disk, call, text } = folder();
  disk.files.set("f", new TextEncoder().encode("old"));
  await call(WRITE, "f", "new!");
  disk.full = true;
  expect(await call(SYNC, "f")).toMatchObject({ errno: ENOSPC });
  expect(text("f")).toBe("old");
  expect(await call(SYNC, "f")).toMatchObject({ errno: 0 });
  disk.full = false;
  expect(await call(WRITE, "f", "new!")).toMatchObject({ errno: 0 });
  expect(await call(SYNC, "f")).toMatchObject({ errno: 0 });
  expect(text("f")).toBe("new!");
});

for (const [who, op] of [["a look", STAT], ["a read", READ], ["an end of which nobody hears", CLOSE]] as const) {
  for (const [next, then] of [["sync", SYNC], ["write", WRITE]] as const) {
    test(`what fails at ${who} is told by the next ${next}`, async () => {
      const { disk, call } = folder();
      await call(CREATE, "f");
      await call(WRITE, "f", "lost");
      disk.full = true;
      expect(await call(op, "f")).toMatchObject({ errno: 0 });
      disk.full = false;
      expect(await call(then, "f", "more")).toMatchObject({ errno: ENOSPC });
      expect(await call(then, "f", "more")).toMatchObject({ errno: 0 });
    });
  }
}

test("a file that has no room for what was written can be removed, and is forgotten", async () => {
  const { disk, call } = folder();
  await call(CREATE, "f");
  await call(WRITE, "f", "lost");
  disk.full = true;
  expect(await call(REMOVE, "f")).toMatchObject({ errno: 0 });
  expect(await call(CREATE, "f")).toMatchObject({ errno: 0 });
  expect(await call(SYNC, "f")).toMatchObject({ errno: 0 });
});

test("a rename that fails leaves nothing behind", async () => {
  const { disk, call, text } = folder();
  disk.files.set("a", new TextEncoder().encode("a"));
  disk.files.set("b", new TextEncoder().encode("b"));
  disk.full = true;
  expect(await call(MOVE, "a", "new")).toMatchObject({ errno: ENOSPC });
  expect(await call(MOVE, "a", "b")).toMatchObject({ errno: ENOSPC });
  expect([...disk.files.keys(), text("a"), text("b")]).toEqual(["a", "b", "a", "b"]);
  disk.full = false;
  expect(await call(MOVE, "a", "b")).toMatchObject({ errno: 0 });
  expect([...disk.files.keys(), text("b")]).toEqual(["b", "a"]);
  expect(await call(READ, "a")).toMatchObject({ errno: ENOENT });
});

test("only the browser's own files are hidden", async () => {
  const { call } = folder();
  const names = async () => (JSON.parse((await call(LIST, "")).text) as { Name: string }[]).map((entry) => entry.Name);
  await call(CREATE, "f.crswap");
  await call(CREATE, "f");
  expect(await names()).toEqual(["f.crswap", "f"]);
  await call(WRITE, "f", "x");
  expect(await names()).toEqual(["f"]);
  await call(SYNC, "f");
  expect(await names()).toEqual(["f.crswap", "f"]);
});
