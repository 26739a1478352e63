// The bus in Firefox: calls, services, requests and WebSockets, of which this browser has no streams.
import { readFileSync } from "node:fs";
import { BIG, serveEcho, type Echo } from "../echo.ts";
import { POUR, talks } from "../talks.ts";
import { expect, install, run, test } from "./firefox.ts";

const kit = { services: [JSON.parse(readFileSync(new URL("../../examples/go/kit/kit.json", import.meta.url), "utf8"))] };

test.use({ expectedErrors: [/establish a connection to the server at ws:\/\/localhost:1\//] });

let echo: Echo;

test.beforeAll(async () => {
  echo = await serveEcho();
});
test.beforeEach(() => echo.forget());
test.afterAll(() => echo.close());

test("the page calls a guest: values, objects, callbacks, streams, ends", async ({ open }) => {
  const page = await open();
  await install(page, "kit-go");
  const got = await page.evaluate(async () => {
    await shell.run("mkdir -p /etc/bus.d; echo '{\"name\": \"kit\", \"module\": \"/home/user/bin/kit-go.wasm\"}' > /etc/bus.d/kit.json");
    const { bus } = shell;
    const code = (call: Promise<unknown>) => call.then(() => "no error", (error) => error.code);
    const changes: number[] = [];
    const counter = (await bus.call("kit", "open", { start: 1, changed: (n: number) => void changes.push(n) })) as {
      add(args: { n: number }): Promise<number>;
      close(): void;
      closed: Promise<unknown>;
    };
    const out: unknown[] = [await bus.call("kit", "greet", { who: "Ann" }), await counter.add({ n: 2 }), changes];
    counter.close();
    out.push(await counter.closed, await code(counter.add({ n: 1 })));
    const text = "some words ".repeat(60_000);
    const loud = (await bus.call("kit", "shout", { in: new Blob([text]) })) as ReadableStream;
    out.push((await new Response(loud).text()) === text.toUpperCase());
    let n = 0;
    for await (const i of (await bus.call("kit", "count", { to: 3000 })) as AsyncIterable<number>) n += i;
    out.push(n, await code(bus.call("kit", "divide", { a: 1, b: 0 })), await code(bus.call("kit", "wait", undefined, { timeout: 30 })));
    return out;
  });
  expect(got).toEqual(["hello, Ann", 3, [3], undefined, "canceled", true, 4_501_500, "internal", "deadline_exceeded"]);
});

test("the page serves guests and the shell", async ({ open }) => {
  const page = await open();
  await install(page, "kit-go");
  await page.evaluate(async (kit) => {
    await shell.bus.serve("page-kit", {
      greet: ({ who }) => `the page greets ${who}`,
      async *count({ to }: { to: number }) {
        for (let i = 1; i <= to; i++) yield i;
      },
      ask: ({ who }) => who,
    }, { description: kit });
    await shell.run("mkdir -p /etc/bus.d; echo '{\"name\": \"kit\", \"module\": \"/home/user/bin/kit-go.wasm\"}' > /etc/bus.d/kit.json");
  }, kit as never);
  expect((await run(page, "bus call page-kit greet who=shell; bus call page-kit count to=3")).stdout).toBe('{\n  "text": "the page greets shell"\n}\n1\n2\n3\n');
  // The guest calls the page in turn.
  expect((await run(page, "bus call kit ask pkg=page-kit who=Cid")).stdout).toContain("the page greets Cid");
});

test("guests call each other, in Go and in Rust", async ({ open }) => {
  test.slow();
  const page = await open();
  await install(page, "greeter-go", "greet-js", "room-rust", "join-rust");
  const greeted = await run(page, "greet-js greeter-go Ann Bob", { timeout: 60_000 });
  expect(greeted).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^1 of 2\n2 of 2\nhello, Ann\n/) });
  expect(await run(page, "echo /nicks | join-rust room-rust ann")).toMatchObject({ code: 0, stdout: "ann\n" });
});

test("a program makes requests", async ({ open }) => {
  const page = await open();
  await install(page, "get-go");
  const get = async (args: string) => {
    const { code, stdout, stderr } = await run(page, `get-go ${args}`);
    return `${code} ${stderr}${stdout}`;
  };
  const url = echo.http;
  expect(await get(`-H x-asked:yes ${url}/hello`)).toBe("0 200 OK\nx-told: yes\nGET hello");
  expect(await get(`${url}/missing`)).toBe("0 404 Not Found\nnothing here");
  expect(await get(`${url}/moved`)).toBe("0 200 OK\nx-told: \nredirected\nGET hello");
  expect(await get(`-redirect error ${url}/moved`)).toBe("1 get: failed_precondition: the server redirects, and the request does not allow it\n");
  expect((await run(page, `get-go ${url}/big | wc -c`)).stdout).toBe(`${BIG}\n`);
  expect(await run(page, `head -c ${BIG} /dev/zero | get-go -X POST -d ${url}/count`)).toEqual({ code: 0, stdout: `${BIG} bytes`, stderr: "200 OK\nthe body was held\n" });
  const { left } = echo.hanging;
  expect((await run(page, `cd /tmp; get-go ${url}/hang > out 2>&1 & until grep -q begun out; do sleep 0.02; done; kill $!; wait; echo ended`)).stdout).toBe("ended\n");
  await expect.poll(() => echo.hanging.left).toBe(left + 1);
});

test("a program talks by WebSockets", async ({ open }) => {
  test.slow();
  const page = await open();
  expect(await page.evaluate(() => "WebSocketStream" in globalThis)).toBe(false);
  await install(page, "socket-go");
  for (const { name, path, stdin, out, closed } of talks) {
    await test.step(name, async () => {
      expect((await run(page, `socket-go ${echo.ws}${path}`, { stdin })).stdout).toMatch(out);
      if (closed) await expect.poll(() => echo.closed).toContain(closed);
    });
  }
  expect((await run(page, "socket-go ws://localhost:1/")).stderr).toMatch(/^socket: unavailable: the WebSocket cannot be opened: .*\n$/);
});

test("sockets are closed whose reader is too slow, and programs wait for a server that is", async ({ open }) => {
  test.slow();
  const page = await open();
  await install(page, "socket-go");
  // In memory: the home folder outlives the page.
  const unread = run(page, `cd /tmp; (echo /wait; until test -e go; do sleep 0.02; done; echo /close 1000) | socket-go ${echo.ws}/flood`, { timeout: 60_000 });
  await expect.poll(() => echo.closed).toContain("4009 the reader is too slow");
  await run(page, "touch /tmp/go");
  expect((await unread).stdout).toMatch(/^open \n65536 bytes\nclosed 1006 more than 16777216 bytes that nobody has read, .* clean false\n$/);

  const pour = (path: string) => `(echo /send ${POUR.size} ${POUR.times}; echo /close 4001 poured) | socket-go ${echo.ws}/${path} > ${path}`;
  const slow = run(page, `cd /tmp; ${pour("hold")}; tail -n 1 hold`, { timeout: 120_000 });
  await expect.poll(() => echo.held.count).toBe(1);
  const quick = await run(page, `cd /tmp; until grep -q sent hold; do sleep 0.02; done; ${pour("sink")}; tail -n 1 sink; grep -c sent hold`, { timeout: 120_000 });
  expect(quick.stdout).toMatch(/^closed 4001 poured clean true\n\d+\n$/);
  expect(Number(quick.stdout.split("\n")[1])).toBeLessThan(POUR.times / 2);
  echo.held.go();
  expect((await slow).stdout).toBe("closed 4001 poured clean true\n");
  expect(echo.held.bytes).toBe(POUR.size * POUR.times);
});
