// What crosses a link of two pages' ends: objects, callbacks, streams, and bad peers.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { contracts, type Description, findMethod, memberName, numbered } from "../../web/ts/buscontract.ts";
import { BusError } from "../../web/ts/buserror.ts";
import { Link } from "../../web/ts/buslink.ts";
import type { Serve } from "../../web/ts/bussession.ts";
import { callMethod, type CallOptions, dispatch, type Handler, numberOf, type RemoteObject } from "../../web/ts/busvalues.ts";
import { BusKind, busFrame, creditPayload, DataFlag, dataPayload, hello } from "../../web/ts/buswire.ts";

const kit = { services: [JSON.parse(readFileSync(new URL("../../examples/go/kit/kit.json", import.meta.url), "utf8"))] } as Description;

// Two ends of a link; what one sends comes to the other in a later turn, as from a worker.
function pair(serve: Serve): { caller: Link; callee: Link } {
  let [caller, callee]: Link[] = [];
  const queue: (() => void)[] = [];
  const later = (fn: () => void) => queue.push(fn) === 1 && setImmediate(() => queue.splice(0).forEach((f) => f()));
  callee = new Link({ accepts: true, serve, send: (bytes) => later(() => caller!.receive(bytes)) });
  caller = new Link({ send: (bytes) => later(() => callee!.receive(bytes)) });
  return { caller, callee };
}

function serving(handlers: Record<string, Handler>) {
  const all = contracts(kit);
  const { caller, callee } = pair(
    dispatch(new Map(Object.entries(handlers).map(([name, handler]) => {
      const of = findMethod("kit", all, name);
      return [numberOf(of), { of, handler }];
    }))),
  );
  const call = (method: string, args?: unknown, options?: CallOptions) =>
    callMethod((full, body, how) => caller.call("kit", full, body, how), findMethod("kit", all, method), args, options);
  return { call, caller, callee };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0)); // a turn of the loop behind all that were asked for

/** Waits until nothing is open at either end. */
async function empty(...links: Link[]): Promise<void> {
  await expect.poll(() => links.map((l) => l.size)).toEqual(links.map(() => 0));
}

test("values and errors", async () => {
  const { call, caller, callee } = serving({
    greet: ({ who }) => `hello, ${who}`,
    divide: ({ a, b }) => ({ quotient: Math.trunc(a / b), rest: a % b }),
    wait: () => {
      throw new BusError("permission_denied", "no", { errno: 63, details: { a: [1] } });
    },
  });
  expect(await call("greet", { who: "Ann" })).toBe("hello, Ann");
  expect(await call("kit/1.Divide", { a: 17, b: 5 })).toEqual({ quotient: 3, rest: 2 });
  await expect(call("wait")).rejects.toMatchObject({ code: "permission_denied", message: "no", errno: 63, details: { a: [1] } });
  await expect(call("greet", { whom: 1 })).rejects.toMatchObject({ code: "invalid_argument", message: "kit/1.Greet has no parameter whom, only who" });
  await expect(call("greet", "Ann")).rejects.toMatchObject({ code: "invalid_argument" });
  await expect(call("shout", { in: "a" })).rejects.toMatchObject({ code: "unimplemented" });
  await empty(caller, callee);
});

test("callbacks, as long as the call", async () => {
  let kept: ((i: number, word: string) => Promise<boolean>) | undefined;
  const { call, caller, callee } = serving({
    each: async ({ words, visit }) => {
      kept = visit;
      let visited = 0;
      for (const word of words) if (!(await visit(visited++, word))) break;
      return visited;
    },
  });
  const seen: unknown[] = [];
  const visit = (i: number, word: string) => seen.push([i, word]) < 2;
  expect(await call("each", { words: ["a", "b", "c"], visit })).toBe(2);
  expect(seen).toEqual([[0, "a"], [1, "b"]]);
  await expect(kept!(0, "late")).rejects.toMatchObject({ code: "canceled" });
  await expect(call("each", { words: ["a"], visit: () => Promise.reject(new Error("odd")) })).rejects.toMatchObject({ message: "odd" });
  await expect(call("each", { words: ["a"] })).rejects.toMatchObject({ code: "unimplemented" });
  await expect(call("each", { words: ["a"], visit: 1 })).rejects.toMatchObject({ code: "invalid_argument" });
  await empty(caller, callee);
});

test("objects, and their ends", async () => {
  const ended: string[] = [];
  const counter = (value: number, changed: (n: number) => Promise<void>) => ({
    add: async ({ n }: { n: number }) => {
      value += n;
      await changed(value);
      return value;
    },
    fork: () => counter(value, changed),
    close: () => ended.push(`closed at ${value}`),
  });
  const { call, caller, callee } = serving({ open: ({ start, changed }) => counter(start, changed) });
  const changes: number[] = [];
  type Counter = RemoteObject & { add(args: { n: number }): Promise<number>; fork(): Promise<Counter> };
  const open = async () => (await call("open", { start: 10, changed: (n: number) => void changes.push(n) })) as Counter;
  const one = await open();
  expect(await one.add({ n: 5 })).toBe(15);
  const fork = await one.fork();
  expect(await fork.add({ n: 1 })).toBe(16);
  expect(changes).toEqual([15, 16]);
  one.close(); // and what is below it
  expect(await one.closed).toBeUndefined();
  expect(await fork.closed).toBeUndefined();
  await expect(one.add({ n: 1 })).rejects.toMatchObject({ code: "canceled" });
  await expect.poll(() => ended.sort()).toEqual(["closed at 15", "closed at 16"]);
  await empty(caller, callee);
  const another = await open();
  callee.close(new BusError("unavailable", "the other side goes"));
  expect(await another.closed).toMatchObject({ code: "unavailable" });
  await empty(caller, callee);
});

test("streams both ways, with credit", async () => {
  let made = 0;
  const { call, caller, callee } = serving({
    sum: async ({ numbers }) => {
      let sum = 0;
      for await (const n of numbers) sum += n as number;
      return sum;
    },
    count: async function* ({ to }: { to: number }) {
      for (let i = 1; i <= to; i++) yield (made = i);
    } as Handler,
    shout: (args) => (args.in as ReadableStream<Uint8Array>).pipeThrough(new TransformStream({
      transform: (piece: Uint8Array, to) => to.enqueue(piece.map((b) => (b >= 97 && b <= 122 ? b - 32 : b))),
    })),
  });
  expect(await call("sum", { numbers: [1, 2, 3] })).toBe(6);
  expect(await call("sum", {})).toBe(0);
  const list: unknown[] = [];
  for await (const n of (await call("count", { to: 1000 })) as AsyncIterable<number>) list.push(n);
  expect(list).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  const text = "some words ".repeat(100_000);
  const loud = (await call("shout", { in: new Blob([text]) })) as ReadableStream<Uint8Array>;
  expect(await new Response(loud as ReadableStream<Uint8Array<ArrayBuffer>>).text()).toBe(text.toUpperCase());
  made = 0;
  const endless = (await call("count", { to: Infinity })) as AsyncIterable<number>; // Infinity is null in JSON
  for await (const n of endless) expect(n).toBeGreaterThan(0);
  for await (const n of (await call("count", { to: 1e9 })) as AsyncIterable<number>) if (n === 5) break;
  await empty(caller, callee);
  expect(made).toBeLessThan(20_000); // what a window holds, and no more
});

test("a stream that fails, and a caller that leaves", async () => {
  const aborted: unknown[] = [];
  const { call, caller, callee } = serving({
    sum: async ({ numbers }) => {
      for await (const _ of numbers);
    },
    count: async function* () {
      yield 1;
      throw new BusError("data_loss", "the disk is gone");
    } as Handler,
    wait: (_, { signal, deadline }) => {
      signal.addEventListener("abort", () => aborted.push(deadline === undefined ? "left" : "late"));
      return new Promise(() => {});
    },
  });
  const bad = async function* () {
    yield 1;
    throw new BusError("aborted", "no more numbers");
  };
  await expect(call("sum", { numbers: bad() })).rejects.toMatchObject({ code: "aborted", message: "no more numbers" });
  const count = (await call("count", { to: 1 })) as AsyncIterableIterator<number>;
  expect(await count.next()).toEqual({ done: false, value: 1 });
  await expect(count.next()).rejects.toMatchObject({ code: "data_loss" });
  const leaver = new AbortController();
  const left = call("wait", undefined, { signal: leaver.signal });
  await expect.poll(() => callee.size).toBe(1);
  leaver.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  await expect(call("wait", undefined, { timeout: 5 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  await expect.poll(() => aborted).toEqual(["left", "late"]);
  await empty(caller, callee);
});

test("bad peers end their own link with a reason", async () => {
  const greeting = hello(1 << 20, 100);
  for (const [name, frames, code] of [
    ["no hello", [busFrame(BusKind.close, 2)], "invalid_argument"],
    ["two hellos", [greeting, greeting], "invalid_argument"],
    ["another version", [busFrame(BusKind.hello, 0, { payload: Uint8Array.from([9, 0, 0, 0, 0, 0, 16, 0, 1, 0, 0, 0]) })], "unimplemented"],
    ["an unknown kind", [greeting, busFrame(99, 0)], "unimplemented"],
    ["a call with an id of ours", [greeting, busFrame(BusKind.call, 3, { payload: new Uint8Array(12) })], "invalid_argument"],
    ["a call cut short", [greeting, busFrame(BusKind.call, 2, { payload: new Uint8Array(3) })], "invalid_argument"],
    ["bytes", [new Uint8Array(64).fill(0xff)], "invalid_argument"],
    ["a close instead of an answer", [greeting, busFrame(BusKind.close, 1)], "invalid_argument"],
    ["too much data", [greeting, busFrame(BusKind.data, 1, { payload: dataPayload(0, new Uint8Array(300 << 10)) })], "invalid_argument"],
    ["data after the end", [greeting, ...[1, 1].map(() => busFrame(BusKind.data, 1, { flags: DataFlag.end, payload: dataPayload(0, new Uint8Array()) }))], "invalid_argument"],
    ["too many streams", [greeting, ...Array.from({ length: 20 }, (_, i) => busFrame(BusKind.data, 1, { payload: dataPayload(i, new Uint8Array(1)) }))], "invalid_argument"],
    ["too much credit", [greeting, busFrame(BusKind.credit, 1, { payload: creditPayload(0, 0xffff_ffff) })], "invalid_argument"],
  ] as const) {
    const sent: Uint8Array[] = [];
    let why: BusError | undefined;
    const link = new Link({ send: (bytes) => sent.push(bytes), closed: (error) => (why = error) });
    const call = link.call("p", "p/1.x", { format: 0, bytes: new Uint8Array() });
    for (const frame of frames) link.receive(frame);
    expect(why?.code, name).toBe(code);
    await expect(call.answer, name).rejects.toBe(why);
    expect(sent.at(-1)![4], name).toBe(BusKind.fault);
    expect(link.size, name).toBe(0);
  }
});

test("answers that nobody asked for touch nothing", async () => {
  const { call, caller, callee } = serving({ greet: ({ who }) => who });
  await call("greet", { who: "x" });
  caller.receive(busFrame(BusKind.result, 77, { payload: new Uint8Array(5) }));
  caller.receive(busFrame(BusKind.fault, 78, { payload: new Uint8Array(12) }));
  caller.receive(busFrame(BusKind.data, 79, { payload: dataPayload(0, new Uint8Array(1)) }));
  await settled();
  expect(await call("greet", { who: "Ann" })).toBe("Ann");
  await empty(caller, callee);
});

test("names of methods as members", () => {
  for (const [name, member] of [["Say", "say"], ["URLFor", "urlFor"], ["ID", "id"], ["add", "add"], ["X", "x"], ["AddAll", "addAll"]]) {
    expect(memberName(name!)).toBe(member);
  }
});

test("what is no description is told, to who calls and to who serves", () => {
  for (const bad of [{ services: [{ name: "x/1" }] }, { services: {} }, {}, "{"] as unknown as Description[]) {
    for (const read of [contracts, numbered]) {
      expect(() => read(bad)).toThrow(expect.objectContaining({ name: "BusError", code: "invalid_argument", message: expect.stringContaining("the description cannot be read") }));
    }
  }
});
