// A store in IndexedDB, for browsers without synchronous file access: the device in
// chunks, all of which are in memory while it is open. What has changed goes out in
// transactions, one after another, each with the state of one moment; so whatever ends
// the worker leaves a state that there was.
import { NO_STORE, NoDisk, type Disk } from "./disk.ts";

const CHUNK = 64 << 10;

/** The most that is kept, as it is kept in memory too. */
const LIMIT = 512 << 20;

const CHUNKS = "chunks";
/** Has the size under SIZE. */
const META = "meta";
const SIZE = "size";

class ChunkDisk implements Disk {
  readonly slow = true;
  readonly limit = LIMIT;
  readonly old: boolean;
  readonly #db: IDBDatabase;
  readonly #chunks: Map<number, Uint8Array<ArrayBuffer>>;
  readonly #dirty = new Set<number>();
  #size: number;
  #saved: number;
  #saving: Promise<void> | undefined;

  constructor(db: IDBDatabase, chunks: Map<number, Uint8Array<ArrayBuffer>>, size: number, old: boolean) {
    this.old = old;
    this.#db = db;
    this.#chunks = chunks;
    this.#size = this.#saved = size;
  }

  read(into: Uint8Array, at: number): void {
    this.#each(into.length, at, (i, from, n, done) => {
      const chunk = this.#chunks.get(i);
      if (chunk) into.set(chunk.subarray(from, from + n), done);
      else into.fill(0, done, done + n);
    });
  }

  write(from: Uint8Array, at: number): void {
    this.#each(from.length, at, (i, to, n, done) => {
      let chunk = this.#chunks.get(i);
      if (!chunk) this.#chunks.set(i, (chunk = new Uint8Array(CHUNK)));
      chunk.set(from.subarray(done, done + n), to);
      this.#dirty.add(i);
    });
  }

  size(): number {
    return this.#size;
  }

  truncate(size: number): void {
    if (size > LIMIT) throw new DOMException("it would not fit into memory", "QuotaExceededError");
    for (let i = Math.ceil(size / CHUNK); i * CHUNK < this.#size; i++) {
      if (this.#chunks.delete(i)) this.#dirty.add(i);
    }
    const last = Math.floor(size / CHUNK);
    if (size < this.#size && this.#chunks.has(last)) {
      this.#chunks.get(last)!.fill(0, size % CHUNK);
      this.#dirty.add(last);
    }
    this.#size = size;
  }

  flush(): void {
    // Transactions go out in order: nothing that is written later overtakes.
  }

  async settle(medium: boolean): Promise<void> {
    // A transaction that has begun has not what was written after that.
    await this.#saving?.catch(() => {});
    if (medium) {
      // It may have to wait for those that others begin meanwhile.
      while (this.#saving) await this.#saving.catch(() => {});
    } else if (this.#dirty.size === 0 && this.#saved === this.#size) {
      return;
    }
    this.#saving ??= this.#save(medium ? "strict" : "relaxed").finally(() => (this.#saving = undefined));
    await this.#saving;
  }

  close(): void {
    this.#db.close();
  }

  #each(length: number, at: number, part: (chunk: number, offset: number, n: number, done: number) => void): void {
    for (let done = 0; done < length; ) {
      const offset = (at + done) % CHUNK;
      const n = Math.min(CHUNK - offset, length - done);
      part(Math.floor((at + done) / CHUNK), offset, n, done);
      done += n;
    }
  }

  #save(durability: IDBTransactionDurability): Promise<void> {
    const dirty = [...this.#dirty];
    const size = this.#size;
    this.#dirty.clear();
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void => {
        for (const i of dirty) this.#dirty.add(i);
        reject(error);
      };
      try {
        const out = this.#db.transaction([CHUNKS, META], "readwrite", { durability });
        const chunks = out.objectStore(CHUNKS);
        for (const i of dirty) {
          const chunk = this.#chunks.get(i);
          if (chunk) chunks.put(chunk, i);
          else chunks.delete(i);
        }
        out.objectStore(META).put(size, SIZE);
        out.oncomplete = () => {
          this.#saved = size;
          resolve();
        };
        out.onabort = () => failed(out.error);
      } catch (error) {
        failed(error);
      }
    });
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Opens the store name, or with create makes it; undefined if this browser keeps nothing for this page. */
export async function openChunks(name: string, create: boolean): Promise<Disk | undefined> {
  let old = true;
  try {
    const opening = indexedDB.open(`bushel-store:${name}`, 1);
    opening.onupgradeneeded = () => {
      old = false;
      if (!create) return opening.transaction!.abort();
      opening.result.createObjectStore(CHUNKS);
      opening.result.createObjectStore(META);
    };
    const db = await result(opening);
    const all = db.transaction([CHUNKS, META]);
    const [keys, values, size] = await Promise.all([
      result(all.objectStore(CHUNKS).getAllKeys()) as Promise<number[]>,
      result(all.objectStore(CHUNKS).getAll()) as Promise<Uint8Array<ArrayBuffer>[]>,
      result(all.objectStore(META).get(SIZE)) as Promise<number | undefined>,
    ]);
    // A size that is lost is that of the chunks.
    const length = size ?? ((keys.at(-1) ?? -1) + 1) * CHUNK;
    return new ChunkDisk(db, new Map(keys.map((key, i) => [key, values[i]!])), length, old);
  } catch {
    if (!old && !create) throw new NoDisk(NO_STORE);
    return undefined;
  }
}
