import { expect, test } from "@playwright/test";
import { BusError } from "../../web/ts/buserror.ts";
import { SystemError } from "../../web/ts/errno.ts";
import { BushelError } from "../../web/ts/fault.ts";
import { Asker } from "../../web/ts/embed/ask.ts";
import { mayDrive, parseOrigins } from "../../web/ts/embed/origins.ts";
import { withoutSite } from "../../web/ts/embed/parameters.ts";
import { receiveStream, sendStream } from "../../web/ts/embed/portstream.ts";
import { decodeError, encodeError, readQuestion } from "../../web/ts/embed/protocol.ts";
import { type Member, serve } from "../../web/ts/embed/serve.ts";

const OWN = "https://shell.example";
for (const [name, list, origin, may] of [
  ["the own one", "", OWN, true],
  ["another", "", "https://other.example", false],
  ["one that is listed", "https://a.example https://b.example", "https://b.example", true],
  ["another scheme", "https://a.example", "http://a.example", false],
  ["another port", "https://a.example", "https://a.example:8443", false],
  ["below", "https://*.a.example", "https://x.y.a.example", true],
  ["itself is not below", "https://*.a.example", "https://a.example", false],
  ["an empty name is not below", "https://*.a.example", "https://.a.example", false],
  ["a name that ends alike", "https://*.a.example", "https://evila.example", false],
  ["below, at a port", "http://*.a.example:81", "http://x.a.example:81", true],
  ["below, at another port", "http://*.a.example:81", "http://x.a.example", false],
  ["anybody", "*", "https://any.example", true],
  ["one that cannot be known", "https://a.example", "null", false],
  ["one that cannot be known, where anybody may", "*", "null", true],
  ["none", "https://a.example", "", false],
] as const) {
  test(`who may drive a frame: ${name}`, () => expect(mayDrive(origin, OWN, parseOrigins(list))).toBe(may));
}

for (const text of ["a.example", "https://a.example/", "https://a.example/path", "https://*", "ftp://a.example", "https://x.*.example", "null"]) {
  test(`no origin: ${text}`, () => expect(() => parseOrigins(text)).toThrow(text));
}

test("the site's own host is denied whatever an address says", () => {
  const denied = { "net:h": "deny", "http:h": "deny", "ws:h": "deny", "mount:h": "deny", "tcp:h": "deny" };
  expect(JSON.parse(withoutSite("", "h"))).toEqual(denied);
  expect(JSON.parse(withoutSite('["http:h", "http:h:8080", "http:b.example"]', "h"))).toEqual({ ...denied, "http:b.example": "allow" });
  expect(JSON.parse(withoutSite('{"net:h:80": "allow", "*": "ask"}', "h"))).toEqual({ ...denied, "*": "ask" });
  expect(withoutSite("no JSON", "h")).toBe("no JSON");
});

for (const [name, data, code] of [
  ["nothing", undefined, "malformed"],
  ["a text", "hello", "malformed"],
  ["no version", { type: "call", id: 1, member: "run", args: [] }, "malformed"],
  ["another version", { bushel: 2, type: "call", id: 1, member: "run", args: [] }, "version"],
  ["a version that is a text", { bushel: "1", type: "call", id: 1, member: "run", args: [] }, "version"],
  ["no type", { bushel: 1, id: 1 }, "malformed"],
  ["another type", { bushel: 1, type: "shout", id: 1 }, "malformed"],
  ["no id", { bushel: 1, type: "call", member: "run", args: [] }, "malformed"],
  ["an id that is no number", { bushel: 1, type: "call", id: {}, member: "run", args: [] }, "malformed"],
  ["an id of 0", { bushel: 1, type: "cancel", id: 0 }, "malformed"],
  ["no member", { bushel: 1, type: "call", id: 1, args: [] }, "malformed"],
  ["no list of arguments", { bushel: 1, type: "call", id: 1, member: "run", args: "ls" }, "malformed"],
] as const) {
  test(`a message that cannot be read: ${name}`, () => {
    expect(() => readQuestion(data)).toThrow(expect.objectContaining({ name: "BushelError", code }));
  });
}

test("errors keep their class and what they tell", () => {
  for (const error of [
    new BushelError("code", "message", "cause", "cure"),
    new SystemError(44, "open", "a/b"),
    new BusError("not_found", "nobody", { crate: 3, errno: 44, details: { a: 1 } }),
    new TypeError("type"),
    new RangeError("range"),
    new DOMException("given up", "AbortError"),
    Object.assign(new Error("other"), { name: "Other" }),
  ]) {
    const back = decodeError(structuredClone(encodeError(error)));
    expect(back).toMatchObject({ name: error.name, message: error.message });
    expect(back.constructor).toBe(error.constructor);
    expect(encodeError(back)).toEqual(encodeError(error));
  }
  expect(decodeError(encodeError("a text"))).toEqual(new Error("a text"));
});

// Ports keep Node alive until they are closed.
async function withPorts(body: (a: MessagePort, b: MessagePort) => Promise<void>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  try {
    await body(port1, port2);
  } finally {
    port1.close();
  }
}

test("members are called, given up, and unknown", () =>
  withPorts(async (a, b) => {
    const members: Record<string, Member> = {
      double: ([n]) => 2 * (n as number),
      fail: () => Promise.reject(new SystemError(44, "open", "x")),
      wait: (_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    };
    const told: unknown[] = [];
    const say = serve(a, new Map(Object.entries(members)));
    const asker = new Asker(b, (answer) => told.push(answer));
    expect(await asker.call("double", [21])).toBe(42);
    await expect(asker.call("fail", [])).rejects.toMatchObject({ name: "SystemError", code: "ENOENT", path: "x" });
    await expect(asker.call("toString", [])).rejects.toMatchObject({ code: "member", cause: 'It is "toString", and there are double, fail, wait.' });
    await expect(asker.call("double", [() => {}])).rejects.toThrow("what is given cannot be sent to a frame");
    const abort = new AbortController();
    const waiting = asker.call("wait", [], abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    say({ type: "event", name: "state", detail: 1 });
    await expect.poll(() => told).toEqual([{ bushel: 1, type: "event", name: "state", detail: 1 }]);
    const open = asker.call("wait", []);
    asker.close(new BushelError("closed", "over", "", ""));
    await expect(open).rejects.toThrow("over");
    await expect(asker.call("double", [1])).rejects.toThrow("over");
  }));

test("a stream comes through a port as it is asked for, and tells its error", () =>
  withPorts(async (a, b) => {
    let made = 0;
    async function* pieces() {
      for (; made < 3; made++) yield Uint8Array.of(made);
      throw new RangeError("no more");
    }
    sendStream(pieces(), a);
    const reader = receiveStream(b).getReader();
    expect(made).toBe(0);
    expect([...(await reader.read()).value!]).toEqual([0]);
    expect([...(await reader.read()).value!]).toEqual([1]);
    expect(made).toBe(1);
    await reader.read();
    await expect(reader.read()).rejects.toThrow(new RangeError("no more"));
  }));

test("a reader that leaves ends the stream at its source", () =>
  withPorts(async (a, b) => {
    let left: unknown;
    sendStream(new ReadableStream({ pull: (c) => c.enqueue("x"), cancel: (why) => void (left = why ?? "left") }), a);
    const reader = receiveStream(b).getReader();
    expect(await reader.read()).toMatchObject({ done: false });
    await reader.cancel();
    await expect.poll(() => left).toBe("left");
  }));
