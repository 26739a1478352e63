import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Bus, BusError } from "../../web/ts/bus.ts";
import { Link, type LinkOptions } from "../../web/ts/buslink.ts";
import type { Body } from "../../web/ts/bussession.ts";
import { BusKind, busFrame, callHead, decode, encode, Format, hello, hex, methodID, readCall, readFault, Splitter } from "../../web/ts/buswire.ts";
import { decodeCBOR, encodeCBOR } from "../../web/ts/cbor.ts";
import { sha256 } from "../../web/ts/sha256.ts";

interface Vector {
  name: string;
  kind: number;
  format: number;
  flags: number;
  id: number;
  method?: string;
  call?: { Parent: number; Timeout: number; Package: string; HasMeta: boolean };
  fault?: { Message: string };
  body?: string;
  wire: string;
}

const vectors = JSON.parse(readFileSync(new URL("../../bus/testdata/vectors.json", import.meta.url), "utf8")) as Vector[];

test("frames are those of the specification", () => {
  for (const v of vectors) {
    const wire = Uint8Array.from(Buffer.from(v.wire, "hex"));
    const got = [...new Splitter(1 << 20).take(wire)];
    expect(got.length, v.name).toBe(1);
    const frame = got[0]!;
    expect({ kind: frame.kind, format: frame.format, flags: frame.flags, id: frame.id }, v.name).toEqual({
      kind: v.kind, format: v.format, flags: v.flags, id: v.id,
    });
    if (v.method) expect(hex(frame.method!), v.name).toBe(hex(methodID(v.method)));
    expect(hex(busFrame(frame.kind, frame.id, frame)), v.name).toBe(v.wire);
    if (v.call) {
      const call = readCall(frame.payload);
      expect({ ...call, body: Buffer.from(call.body).toString(), caller: 0 }, v.name).toEqual({
        caller: 0, parent: v.call.Parent, timeout: v.call.Timeout, package: v.call.Package, body: v.body ?? "",
      });
      const head = callHead({ package: v.call.Package, parent: v.call.Parent, timeout: v.call.Timeout });
      if (!v.call.HasMeta) expect(hex(head) + hex(call.body), v.name).toBe(hex(frame.payload));
    }
    if (v.fault && v.kind === BusKind.fault) expect(readFault(frame.payload, frame.format).message, v.name).toBe(v.fault.Message);
  }
});

test("a stream of bytes is cut into frames", () => {
  const wire = Uint8Array.from(Buffer.from(vectors.map((v) => v.wire).join(""), "hex"));
  for (const step of [1, 7, 64, wire.length]) {
    const splitter = new Splitter(1 << 20);
    const kinds: number[] = [];
    for (let at = 0; at < wire.length; at += step) {
      for (const frame of splitter.take(wire.subarray(at, at + step))) kinds.push(frame.kind);
    }
    expect(kinds).toEqual(vectors.map((v) => v.kind));
  }
  expect(() => [...new Splitter(1 << 20).take(new Uint8Array(40).fill(0xff))]).toThrow(RangeError);
});

test("SHA-256", () => {
  expect(hex(sha256(new Uint8Array()))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(hex(sha256(Buffer.from("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(hex(sha256(new Uint8Array(1000).fill(97)))).toBe("41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
});

test("CBOR", () => {
  const values = [
    0, 23, 24, 255, 256, 65536, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -500, 1.5, -0, NaN, Infinity, 2n ** 63n, -(2n ** 63n), null, undefined,
    true, false, "", "é", Uint8Array.of(0, 255), [], [1, ["x"]], {}, { a: 1, b: { c: [null] } },
  ];
  for (const value of values) expect(decodeCBOR(encodeCBOR(value))).toEqual(value);
  // Of RFC 8949, appendix A.
  for (const [bytes, value] of [
    ["f93c00", 1], ["f90001", 5.960464477539063e-8], ["fa47c35000", 100000], ["c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z"],
    ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]], ["7f657374726561646d696e67ff", "streaming"], ["bf6346756ef563416d7421ff", { Fun: true, Amt: -2 }],
    ["190100", 256], ["1bffffffffffffffff", 18446744073709551615n],
  ] as const) {
    expect(decodeCBOR(Uint8Array.from(Buffer.from(bytes, "hex")))).toEqual(value);
  }
  for (const bytes of ["", "18", "62", "81", "a1", "ff", "1c", "0000", "81".repeat(100)]) {
    expect(() => decodeCBOR(Uint8Array.from(Buffer.from(bytes, "hex"))), bytes).toThrow();
  }
  for (const value of [() => 1, Symbol("x"), new Error("x"), 2n ** 64n]) expect(() => encodeCBOR(value)).toThrow(TypeError);
});

// A kernel of the least kind: what is written to it is answered by the test.
function fake(answer: (frame: { id: number; kind: number; body: string }) => Uint8Array | undefined) {
  const sent: { id: number; kind: number }[] = [];
  let link: Link;
  const splitter = new Splitter(1 << 24);
  const connect = async (options: Omit<LinkOptions, "send">) => {
    const made = new Link({
      ...options,
      send: (bytes) => {
        for (const frame of splitter.take(bytes)) {
          sent.push({ id: frame.id, kind: frame.kind });
          if (frame.kind !== BusKind.call) continue;
          const body = Buffer.from(readCall(frame.payload).body).toString();
          const back = answer({ id: frame.id, kind: frame.kind, body });
          if (back) queueMicrotask(() => link.receive(back));
        }
      },
    });
    link = made;
    link.receive(hello(1 << 20, 100));
    return link;
  };
  return { connect, sent, link: () => link };
}

const result = (id: number, text: string): Uint8Array => busFrame(BusKind.result, id, { format: Format.json, payload: Buffer.from(text) });

test("a caller that leaves closes its call, and the number is not used before the callee's last frame", async () => {
  const { connect, sent, link } = fake(({ body }) => (body === "{}" ? result(1, '{"services":[]}') : undefined));
  const bus = new Bus(connect);
  const caller = new AbortController();
  const call = bus.call("p", "p/1.wait", undefined, { signal: caller.signal });
  await expect.poll(() => sent.length).toBe(3); // hello, describe, the call
  caller.abort(new Error("no longer interested"));
  await expect(call).rejects.toThrow("no longer interested");
  expect(sent.at(-1)).toEqual({ id: 3, kind: BusKind.close });
  link().receive(result(3, "1")); // it crossed the close
});

test("a call is given up while its package does not say what it serves", async () => {
  const { connect, sent } = fake(() => undefined);
  const bus = new Bus(connect);
  const caller = new AbortController();
  const call = bus.call("p", "p/1.wait", undefined, { signal: caller.signal });
  const left = expect(call).rejects.toThrow("no longer interested");
  await expect(bus.call("p", "p/1.wait", undefined, { timeout: 5 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  caller.abort(new Error("no longer interested"));
  await left;
  expect(sent).toHaveLength(2); // hello, describe
});

test("a link that breaks the protocol, or ends, fails what is open", async () => {
  const { connect, link } = fake(({ body }) => (body === "{}" ? result(1, '{"services":[]}') : undefined));
  const bus = new Bus(connect);
  const call = bus.call("p", "p/1.wait");
  const failed = expect(call).rejects.toMatchObject({ code: "invalid_argument" });
  await expect.poll(() => link()).toBeTruthy();
  link().receive(new Uint8Array(40).fill(0xff));
  await failed;
  const kind: Body = { format: Format.raw, bytes: new Uint8Array() };
  expect(() => link().call("p", "p/1.x", kind)).toThrow(BusError);
});

test("values keep their kind", () => {
  expect(decode(Format.json, encode(Format.json, { a: [1] }))).toEqual({ a: [1] });
  expect(decode(Format.cbor, encode(Format.cbor, { a: Uint8Array.of(1) }))).toEqual({ a: Uint8Array.of(1) });
  expect(() => encode(99, 1)).toThrow(TypeError);
});
