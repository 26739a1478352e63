// The page's sys client against a stand-in for the kernel that it can answer
// as it likes.
import { expect, test } from "@playwright/test";
import { concat, text, utf8 } from "../../web/ts/bytes.ts";
import { device } from "../../web/ts/busdevice.ts";
import { BusKind, busFrame, dataPayload } from "../../web/ts/buswire.ts";
import { Client } from "../../web/ts/client.ts";
import { Kind, MAX_FRAME, frames, type Frame } from "../../web/ts/frame.ts";
import { pump, readAll } from "../../web/ts/streams.ts";
import { encodeRequest, Fed, Op, WRITE_BEHIND } from "../../web/ts/syscall.ts";

/** The payload of the request at a frame's end. */
const sent = (frame: Frame) => frame.payload.subarray(52 + new DataView(frame.payload.buffer, frame.payload.byteOffset).getUint32(48, true));

function reply(id: number, fields: { errno?: number; v0?: number; data?: Uint8Array } = {}): Uint8Array {
  const data = fields.data ?? new Uint8Array(0);
  const bytes = new Uint8Array(60 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint8(4, Kind.result);
  view.setUint32(8, id, true);
  view.setUint16(28, fields.errno ?? 0, true);
  view.setUint32(36, fields.v0 ?? 0, true);
  bytes.set(data, 60);
  return bytes;
}

/** A client and the messages that it has sent. */
function makeClient(answer?: (frame: Frame, client: Client) => void) {
  const messages: Frame[][] = [];
  const client: Client = new Client({
    postMessage(message) {
      const list = [...frames(message instanceof Uint8Array ? message.slice() : concat(message))];
      messages.push(list);
      if (answer) for (const frame of list) answer(frame, client);
    },
  });
  return { client, messages };
}

test("calls of one turn go out in one message, and answers find their calls", async () => {
  const { client, messages } = makeClient();
  const first = client.call({ op: Op.pipe });
  const second = client.call({ op: Op.getpid });
  await Promise.resolve();
  expect(messages.map((m) => m.map((f) => f.method))).toEqual([[Op.pipe, Op.getpid]]);
  const [one, two] = messages[0]!;
  client.receive(reply(two!.id, { v0: 2 }));
  client.receive(reply(one!.id, { v0: 1 }));
  expect((await first).vals[0]).toBe(1);
  expect((await second).vals[0]).toBe(2);
});

test("an errno is thrown as an error with call, path and name", async () => {
  const { client } = makeClient((frame, client) => client.receive(reply(frame.id, { errno: 44 })));
  await expect(client.call({ op: Op.open, path: "/x" })).rejects.toMatchObject({
    code: "ENOENT",
    syscall: "open",
    path: "/x",
    message: "open /x: no such file or directory",
  });
});

test("the kernel's death ends all calls, open and to come", async () => {
  const { client } = makeClient();
  const open = client.call({ op: Op.getpid });
  client.close(new Error("gone"));
  await expect(open).rejects.toThrow("gone");
  await expect(client.call({ op: Op.getpid })).rejects.toThrow("gone");
});

test("a file is read to its end by calls that stand in line, and closed", async () => {
  const pieces = ["ab", "", "cd"].map((s) => new TextEncoder().encode(s)).filter((p) => p.length > 0);
  const lanes = new Set<number>();
  let closed = 0;
  const { client } = makeClient((frame, client) => {
    if (frame.method === Op.close) {
      closed++;
      client.receive(reply(frame.id));
      return;
    }
    lanes.add(frame.lane);
    const data = pieces.shift();
    client.receive(reply(frame.id, data ? { data } : {}));
  });
  const { bytes, text } = await readAll(client, 5);
  expect([text, new TextDecoder().decode(bytes)]).toEqual(["abcd", "abcd"]);
  expect([closed, lanes.size, lanes.has(0xffff)]).toEqual([1, 1, false]);
});

test("what is in the pipe comes if the reading is stopped, once", async () => {
  let leave = () => {};
  const stop = new Promise<void>((resolve) => (leave = resolve));
  const stat = new Uint8Array(72);
  new DataView(stat.buffer).setBigUint64(32, 3n, true);
  const { client } = makeClient((frame, client) => {
    if (frame.method === Op.fstat) client.receive(reply(frame.id, { data: stat }));
    else if (frame.method === Op.close) client.receive(reply(frame.id));
    else if (frame.lane === 0xffff) client.receive(reply(frame.id, { data: new TextEncoder().encode("abc") }));
    else leave(); // it waits for more
  });
  expect((await readAll(client, 5, stop)).text).toBe("abc");
});

test("a pump writes what a short write has left, and closes", async () => {
  const written: number[] = [];
  const { client, messages } = makeClient((frame, client) => {
    const n = Math.min(3, sent(frame).length);
    if (frame.method === Op.write) written.push(...sent(frame).subarray(0, n));
    client.receive(reply(frame.id, { v0: n }));
  });
  await pump(client, 5, "hello world", new Promise(() => {}));
  expect(String.fromCharCode(...written)).toBe("hello world");
  expect(messages.flat().at(-1)!.method).toBe(Op.close);
});

test("a pump ends quietly when the reader has gone", async () => {
  const { client } = makeClient((frame, client) => client.receive(reply(frame.id, frame.method === Op.write ? { errno: 64 } : {})));
  await pump(client, 5, "hello", new Promise(() => {}));
});

test("what the kernel sends unasked goes to its feed until that is starved, or the client is closed", async () => {
  const { client, messages } = makeClient();
  const got: string[] = [];
  const id = client.feeds({
    receive: (how, data) => got.push(`${how}: ${text(data)}`),
    lost: (error) => got.push(error.message),
  });
  const feed = (number: number, how: number, data: string) => {
    const frame = encodeRequest(0, 0, { op: Op.feed, args: [number, how], data: utf8(data) });
    client.receive(frame);
  };
  feed(id, Fed.more, "one");
  feed(id + 1, Fed.more, "nobody's");
  feed(id, Fed.over, "");
  expect(got).toEqual(["0: one", "1: "]);
  client.starve(id);
  feed(id, Fed.more, "late");
  expect(got).toHaveLength(2);
  client.feeds({ receive: () => {}, lost: (error) => got.push(error.message) });
  client.close(new Error("closed"));
  expect(got.slice(2)).toEqual(["closed"]);
  expect(messages).toEqual([]);
});

test("a call without an answer carries its data in pieces, put together or not", async () => {
  const { client, messages } = makeClient();
  const pieces = [utf8("a piece, "), new Uint8Array(40_000).fill(120)];
  client.tell({ op: Op.write, args: [5, WRITE_BEHIND] }, 3, pieces.map((piece) => piece.slice()));
  client.tell({ op: Op.write, args: [5, WRITE_BEHIND] }, 3, [utf8("behind it")]);
  await Promise.resolve();
  expect(messages.map((m) => m.map(({ kind, lane, id, method }) => ({ kind, lane, id, method })))).toEqual([
    [1, 2].map(() => ({ kind: Kind.notify, lane: 3, id: 0, method: Op.write })),
  ]);
  expect(messages[0]!.map((frame) => text(sent(frame)))).toEqual([text(concat(pieces)), "behind it"]);
  expect(client.call({ op: Op.getpid })).toBeInstanceOf(Promise);
});

test("what one turn sends on a link to the bus goes in writes that the kernel takes", async () => {
  const { client, messages } = makeClient((frame, client) => {
    if (frame.method === Op.open) client.receive(reply(frame.id, { v0: 5 }));
  });
  const wire = await device(() => Promise.resolve(client))({ receive: () => {}, lost: () => {} });
  messages.length = 0;
  const sizes = [15, 15, 15, 15, 15, 1, 0.5].map((mib) => mib * (1 << 20));
  for (const size of sizes) wire.send(new Uint8Array(size));
  await Promise.resolve();
  const writes = messages.flat().filter((frame) => frame.method === Op.write);
  expect(Math.max(...writes.map(({ payload }) => payload.length))).toBeLessThan(MAX_FRAME);
  expect(writes.map((frame) => sent(frame).length)).toEqual([15, 15, 15, 15, 16, 0.5].map((mib) => mib * (1 << 20)));
});

test("small items of a stream go together, behind the first", async () => {
  const { client, messages } = makeClient((frame, client) => {
    if (frame.method === Op.open) client.receive(reply(frame.id, { v0: 5 }));
  });
  const wire = await device(() => Promise.resolve(client))({ receive: () => {}, lost: () => {} });
  messages.length = 0;
  const item = (n: number) => busFrame(BusKind.data, 1, { payload: dataPayload(0, utf8(String(n))) });
  const writes = () => messages.flat().filter((frame) => frame.method === Op.write).map((frame) => text(sent(frame)));
  const numbers = () => writes().map((data) => [...data.matchAll(/\d+/g)].map(String));
  wire.send(item(1000));
  await Promise.resolve();
  await Promise.resolve();
  expect(numbers()).toEqual([["1000"]]);
  for (let n = 1001; n < 3000; n++) {
    wire.send(item(n));
    await Promise.resolve();
  }
  const before = writes().length;
  expect(before).toBeGreaterThan(1); // there is a bound to what gathers
  expect(before).toBeLessThan(2000 / 500);
  wire.send(busFrame(BusKind.call, 3, { payload: utf8("3000") })); // a call waits for nobody, and overtakes nothing
  await Promise.resolve();
  await Promise.resolve();
  expect(numbers().flat()).toEqual(Array.from({ length: 2001 }, (_, i) => String(1000 + i)));
  wire.send(item(3001));
  await expect.poll(() => numbers().flat().at(-1)).toBe("3001");
  wire.close();
});
