// A kernel for tests: a SysClient on a tree in memory, with standard input,
// output and error. Files are {type, mode, data, entries, target, mtime}.

const E = { EBADF: 8, EEXIST: 20, EINVAL: 28, EISDIR: 31, ENOENT: 44, ENOTDIR: 54, ENOTEMPTY: 55, ESPIPE: 70, ENOTCAPABLE: 76 };
const T = { dir: 3, file: 4, link: 7 };
const SEEK = 1 << 9;
const text = new TextDecoder();
const utf8 = new TextEncoder();
let inodes = 1;

const dir = (mode = 0o755) => ({ ino: inodes++, type: T.dir, mode, entries: new Map(), mtime: 0n });
const file = (mode, data = new Uint8Array(0)) => ({ ino: inodes++, type: T.file, mode, data, mtime: 0n });
class Err extends Error {
  constructor(name) {
    super(name);
    this.errno = E[name];
  }
}

export class FakeSys {
  /** @param {{stdin?: (string|{until: string, text: string})[], cwd?: string}} options what stdin gives, the parts after another */
  constructor({ stdin = [], cwd = "/home" } = {}) {
    this.root = dir();
    this.cwd = cwd;
    this.out = { 1: "", 2: "" };
    this.stdin = [...stdin];
    this.readers = [];
    this.fds = new Map([0, 1, 2].map((fd) => [fd, { std: true }]));
    this.calls = [];
    for (const d of ["/home", "/tmp"]) this.root.entries.set(d.slice(1), dir());
  }

  rests() {}

  find(path, nofollow = false) {
    const parts = (path.startsWith("/") ? path : `${this.cwd}/${path}`).split("/").filter((p) => p && p !== ".");
    const stack = [this.root];
    for (const [i, p] of parts.entries()) {
      const at = stack[stack.length - 1];
      if (p === "..") {
        if (stack.length > 1) stack.pop();
        continue;
      }
      if (at.type !== T.dir) throw new Err("ENOTDIR");
      let node = at.entries.get(p);
      if (!node) throw new Err("ENOENT");
      const last = i === parts.length - 1;
      if (node.type === T.link && !(last && nofollow)) node = this.find(node.target);
      stack.push(node);
    }
    return stack[stack.length - 1];
  }

  parent(path) {
    const at = path.replace(/\/+$/, "").lastIndexOf("/");
    const node = this.find(at < 0 ? "." : path.slice(0, at) || "/");
    if (node.type !== T.dir) throw new Err("ENOTDIR");
    return [node, path.replace(/\/+$/, "").slice(at + 1)];
  }

  async call({ op, args = [], path = "", data = new Uint8Array(0) }) {
    data = data.slice();
    this.calls.push(op);
    const reply = { errno: 0, vals: [0, 0, 0], data: new Uint8Array(0) };
    try {
      await this.do(op, args.map(Number), path, data, reply);
    } catch (error) {
      if (!(error instanceof Err)) throw error;
      reply.errno = error.errno;
    }
    return reply;
  }

  fd(n) {
    const f = this.fds.get(n);
    if (!f) throw new Err("EBADF");
    return f;
  }

  feed() {
    while (this.readers.length > 0) {
      const next = this.stdin[0];
      if (next?.until && !this.out[1].includes(next.until)) return;
      this.stdin.shift();
      this.readers.shift()(utf8.encode(next?.text ?? next ?? ""));
    }
  }

  do(op, a, path, data, r) {
    switch (op) {
      case 2: {
        let node;
        try {
          node = this.find(path);
          if (a[1] & 16 && a[1] & 8) throw new Err("EEXIST");
        } catch (error) {
          if (error.errno !== E.ENOENT || !(a[1] & 8)) throw error;
          const [d, name] = this.parent(path);
          d.entries.set(name, (node = file(a[2])));
        }
        if (a[1] & 64 && node.type !== T.dir) throw new Err("ENOTDIR");
        if (node.type === T.dir && a[1] & 2) throw new Err("EISDIR");
        if (a[1] & 32) node.data = new Uint8Array(0);
        let fd = 3;
        while (this.fds.has(fd)) fd++;
        this.fds.set(fd, { node, at: 0, append: !!(a[1] & 4) });
        r.vals = [fd, node.type | (node.type === T.file ? SEEK : 0), 0];
        return;
      }
      case 3:
        this.fd(a[0]);
        this.fds.delete(a[0]);
        return;
      case 4:
      case 6: {
        const f = this.fd(a[0]);
        if (f.std) {
          if (op === 6) throw new Err("ESPIPE");
          return new Promise((done) => {
            this.readers.push((bytes) => {
              const part = bytes.subarray(0, a[1]);
              if (part.length < bytes.length) this.stdin.unshift(text.decode(bytes.subarray(a[1])));
              r.data = part;
              done();
            });
            this.feed();
          });
        }
        if (f.node.type === T.dir) throw new Err("EISDIR");
        const at = op === 6 ? a[2] : f.at;
        r.data = f.node.data.slice(at, at + a[1]);
        if (op === 4) f.at += r.data.length;
        return;
      }
      case 5:
      case 7: {
        const f = this.fd(a[0]);
        r.vals[0] = data.length;
        if (f.std) {
          if (op === 7) throw new Err("ESPIPE");
          this.out[a[0]] += text.decode(data);
          this.feed();
          return;
        }
        const at = f.append ? f.node.data.length : op === 7 ? a[2] : f.at;
        const bigger = new Uint8Array(Math.max(f.node.data.length, at + data.length));
        bigger.set(f.node.data);
        bigger.set(data, at);
        f.node.data = bigger;
        if (op === 5) f.at = at + data.length;
        return;
      }
      case 9:
        r.data = stat(this.fd(a[0]).node ?? { ino: 0, type: 2, mode: 0o620 });
        return;
      case 10:
        r.data = stat(this.find(path, a[3] === 1));
        return;
      case 11:
        return setattr(this.fd(a[0]).node, data);
      case 12:
        return setattr(this.find(path), data);
      case 14:
        this.fd(a[0]);
        return;
      case 15: {
        const list = [".", "..", ...this.fd(a[0]).node.entries.keys()].slice(a[1]);
        let n = 0;
        const records = [];
        for (const [i, name] of list.entries()) {
          const bytes = utf8.encode(name);
          if (n + 20 + bytes.length > a[2]) break;
          const record = new Uint8Array(20 + bytes.length);
          const view = new DataView(record.buffer);
          view.setBigUint64(0, BigInt(a[1] + i + 1), true);
          view.setUint16(18, bytes.length, true);
          record.set(bytes, 20);
          records.push(record);
          n += record.length;
        }
        r.data = Uint8Array.from(records.flatMap((x) => [...x]));
        return;
      }
      case 16: {
        if (path === "/outside") throw new Err("ENOTCAPABLE");
        const [d, name] = this.parent(path);
        if (d.entries.has(name)) throw new Err("EEXIST");
        d.entries.set(name, dir(a[2]));
        return;
      }
      case 17:
      case 18: {
        const [d, name] = this.parent(path);
        const node = d.entries.get(name);
        if (!node) throw new Err("ENOENT");
        if (op === 17 && node.type !== T.dir) throw new Err("ENOTDIR");
        if (op === 18 && node.type === T.dir) throw new Err("EISDIR");
        if (node.entries?.size) throw new Err("ENOTEMPTY");
        d.entries.delete(name);
        return;
      }
      case 19:
      case 20: {
        const [d, name] = this.parent(path);
        const [to, as] = this.parent(text.decode(data));
        if (!d.entries.has(name)) throw new Err("ENOENT");
        to.entries.set(as, d.entries.get(name));
        if (op === 19) d.entries.delete(name);
        return;
      }
      case 21: {
        const [d, name] = this.parent(path);
        d.entries.set(name, { ino: inodes++, type: T.link, mode: 0o777, target: text.decode(data), mtime: 0n });
        return;
      }
      case 22: {
        const node = this.find(path, true);
        if (node.type !== T.link) throw new Err("EINVAL");
        r.data = utf8.encode(node.target);
        return;
      }
      case 34:
        r.vals[0] = 0o022;
        return;
      default:
        throw new Err("EINVAL");
    }
  }
}

function stat(n) {
  const view = new DataView(new ArrayBuffer(72));
  view.setBigUint64(8, BigInt(n.ino), true);
  view.setUint32(16, n.type, true);
  view.setUint32(20, n.mode, true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, BigInt(n.data?.length ?? 0), true);
  for (const at of [40, 48, 56]) view.setBigInt64(at, n.mtime ?? 0n, true);
  return new Uint8Array(view.buffer);
}

function setattr(node, data) {
  const view = new DataView(data.buffer, data.byteOffset);
  const set = view.getUint32(0, true);
  if (set & 1) node.mode = view.getUint32(4, true);
  if (set & 2) {
    const to = new Uint8Array(Number(view.getBigUint64(8, true)));
    to.set(node.data.subarray(0, to.length));
    node.data = to;
  }
  if (set & 8) node.mtime = view.getBigInt64(24, true);
}

/** Makes a file. */
export async function writeFile(sys, path, content) {
  const { vals } = await sys.call({ op: 2, args: [0, 2 | 8, 0o644], path });
  await sys.call({ op: 5, args: [vals[0]], data: utf8.encode(content) });
  await sys.call({ op: 3, args: [vals[0]] });
}

/** A file's text, undefined if there is none. */
export function readFile(sys, path) {
  try {
    return text.decode(sys.find(path).data);
  } catch {
    return undefined;
  }
}
