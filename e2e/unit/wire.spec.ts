// The page's side of the link against the vectors that Go's side writes
// (web/wire_test.go).
import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { frames, HEADER_SIZE, Kind } from "../../web/ts/frame.ts";
import { SystemError } from "../../web/ts/errno.ts";
import { decodeDirEntries, decodeStat, encodeSpawnAttr, waitStatus } from "../../web/ts/record.ts";
import { signalNumber } from "../../web/ts/signal.ts";
import { decodeReply, encodeRequest, Op } from "../../web/ts/syscall.ts";

const vectors = JSON.parse(readFileSync(new URL("../../web/ts/testdata/vectors.json", import.meta.url), "utf8"));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

test("the numbers are the kernel's", () => {
  for (const [name, number] of Object.entries(Op)) expect(vectors.ops[name], name).toBe(number);
  for (const [name, number] of Object.entries(vectors.signals)) expect(signalNumber(name), name).toBe(number);
  vectors.errnos.forEach((line: string, i: number) => {
    const error = new SystemError(i + 1, "open");
    expect(`${error.code}: ${error.message.replace("open: ", "")}`).toBe(line);
  });
});

for (const v of vectors.requests) {
  test(`a request with ${v.name} is what Go writes`, () => {
    const args = (v.args ?? []).map((a: string) => (Number.isSafeInteger(Number(a)) ? Number(a) : BigInt(a)));
    const op = Op[v.op as keyof typeof Op];
    expect(hex(encodeRequest(v.lane, v.id, { op, args, path: v.path, data: unhex(v.data) }))).toBe(v.wire);
    const bigs = (v.args ?? []).map((a: string) => BigInt(a));
    expect(hex(encodeRequest(v.lane, v.id, { op, args: bigs, path: v.path, data: unhex(v.data) }))).toBe(v.wire);
  });
}

for (const v of vectors.replies) {
  test(`a reply with ${v.name} is what Go means`, () => {
    const [frame, ...more] = [...frames(unhex(v.wire))];
    expect(more).toHaveLength(0);
    expect(frame).toMatchObject({ kind: Kind.result, id: v.id, lane: 0xffff });
    const reply = decodeReply(frame!.payload);
    expect({ errno: reply.errno, vals: reply.vals, data: hex(reply.data) }).toEqual({ errno: v.errno, vals: v.vals, data: v.data });
  });
}

for (const v of vectors.spawns) {
  test(`spawning ${v.name} is what Go reads`, () => {
    const { Path, Argv, Env, Cwd, FDs, Engine, Flags, PGID, TTY, Limits } = v.spawn;
    const attr = { path: Path, argv: Argv, env: Env, cwd: Cwd, fds: FDs, engine: Engine, flags: Flags, pgid: PGID, tty: TTY, limits: Limits.map((l: { Kind: number; Value: number }) => ({ kind: l.Kind, value: l.Value })) };
    expect(hex(encodeSpawnAttr(attr))).toBe(v.wire);
  });
}

test("a file's status is what Go writes", () => {
  for (const v of vectors.stats) {
    const stat = decodeStat(unhex(v.wire));
    expect(stat).toMatchObject({ dev: v.stat.Dev, ino: v.stat.Ino, type: v.stat.Type, mode: v.stat.Mode, nlink: v.stat.Nlink, size: v.stat.Size, holes: v.stat.Holes });
    expect(stat.mtimeMs).toBe(v.mtimeMs);
  }
});

test("a folder's entries are what Go writes", () => {
  for (const v of vectors.dirs) {
    const entries = decodeDirEntries(unhex(v.wire)).map((e) => ({ cookie: Number(e.cookie), type: e.type, name: e.name }));
    expect(entries).toEqual(v.entries.map((e: { Cookie: number; Type: number; Name: string }) => ({ cookie: e.Cookie, type: e.Type, name: e.Name })));
  }
});

test("a process's end is what Go means", () => {
  for (const v of vectors.statuses) expect(waitStatus(v.status), v.name).toEqual({ code: v.code, signal: v.signal });
});

test("several frames come in one message", () => {
  const message = unhex(vectors.replies.map((v: { wire: string }) => v.wire).join(""));
  expect([...frames(message)].map((f) => f.id)).toEqual(vectors.replies.map((v: { id: number }) => v.id));
});

test("what is no frame is refused", () => {
  const good = unhex(vectors.replies[0].wire);
  const long = good.slice();
  new DataView(long.buffer).setUint32(0, good.length + 1, true);
  for (const bad of [good.subarray(0, HEADER_SIZE - 1), good.subarray(0, good.length - 1), long, new Uint8Array(40)]) {
    expect(() => [...frames(bad)]).toThrow(RangeError);
  }
  expect(() => decodeReply(new Uint8Array(31))).toThrow(RangeError);
  expect(() => decodeDirEntries(new Uint8Array(19))).toThrow(RangeError);
});
