// Objects, callbacks, streams, deadlines and errors between the page and Go guests, both ways.
import { readFileSync } from "node:fs";
import { expect, onBothEngines, type ShellPage, test } from "../fixtures.ts";

const kit = { services: [JSON.parse(readFileSync(new URL("../../examples/go/kit/kit.json", import.meta.url), "utf8"))] };

// The package kit is the guest.
async function declare(tab: ShellPage, guest: string): Promise<void> {
  await tab.install(guest);
  await tab.write("/etc/bus.d/kit.json", JSON.stringify({ name: "kit", module: `/home/user/bin/${guest}.wasm` }));
}

for (const guest of ["kit-go", "kit-js"]) {
  onBothEngines(`the page calls a guest (${guest})`, async (tab) => {
    test.slow(); // wazero compiles four megabytes
    await declare(tab, guest);
    const got = await tab.page.evaluate(async () => {
      const { bus } = shell;
      const code = (call: Promise<unknown>) => call.then((v) => v, (e) => [e.code, e.message, e.details]);
      const out: unknown[] = [];
      out.push(await bus.call("kit", "greet", { who: "Ann" }), await code(bus.call("kit", "Greet")));
      out.push(await bus.call("kit", "kit/1.Divide", { a: 17, b: 5 }), (await code(bus.call("kit", "divide", { a: 1, b: 0 })) as string[])[0]);

      const seen: unknown[] = [];
      const visit = (i: number, word: string) => (seen.push([i, word]), word !== "stop");
      out.push(await bus.call("kit", "each", { words: ["one", "stop", "two"], visit }), seen);
      const failing = () => Promise.reject(new Error("the page is busy"));
      out.push(await code(bus.call("kit", "each", { words: ["one"], visit: failing })));

      const changes: number[] = [];
      const counter: any = await bus.call("kit", "open", { start: 10, changed: (n: number) => void changes.push(n) });
      out.push(await counter.add({ n: 5 }));
      const fork = await counter.fork();
      out.push(await fork.add({ n: 1 }), changes);
      fork.close();
      counter.close();
      await counter.closed;
      out.push((await code(counter.add({ n: 1 })) as string[])[0]);

      const text = "some words ".repeat(60_000);
      const loud = (await bus.call("kit", "shout", { in: new Blob([text]) })) as ReadableStream;
      out.push((await new Response(loud).text()) === text.toUpperCase());
      async function* numbers() {
        for (let i = 0; i < 1000; i++) yield i;
      }
      out.push(await bus.call("kit", "sum", { numbers: numbers() }));
      let n = 0;
      for await (const i of (await bus.call("kit", "count", { to: 3000 })) as AsyncIterable<number>) n += i;
      out.push(n);
      for await (const i of (await bus.call("kit", "count", { to: 1e9 })) as AsyncIterable<number>) if (i === 7) break;

      out.push(await code(bus.call("kit", "wait", undefined, { timeout: 30 })));
      const leaver = new AbortController();
      const left = code(bus.call("kit", "wait", undefined, { signal: leaver.signal }));
      // The guest has it when it has written so, and it is told when that is in its log as well.
      await shell.run("until [ $(grep -c 'wait begins' /var/log/bus/kit.log) = 2 ]; do sleep 0.02; done");
      leaver.abort(new Error("no longer interested"));
      out.push(await left);
      await shell.run("until [ $(grep -c 'wait ends' /var/log/bus/kit.log) = 2 ]; do sleep 0.02; done");
      await shell.run("until grep -q 'count left' /var/log/bus/kit.log; do sleep 0.02; done");
      out.push((await shell.run("grep 'limited\\|counter ended' /var/log/bus/kit.log")).stdout);
      const open = async () => ((await bus.call("bus", "list")) as { name: string; open: number }[]).find((p) => p.name === "kit")?.open;
      while ((await open()) !== 0); // what was left ends when the guest has heard of it
      return out;
    });
    expect(got).toEqual([
      "hello, Ann", ["invalid_argument", "whom?", { missing: "who" }],
      { quotient: 3, rest: 2 }, "internal",
      2, [[0, "one"], [1, "stop"]], ["unknown", "the page is busy", undefined],
      15, 16, [15, 16], "canceled",
      true, 499_500, 4_501_500,
      ["deadline_exceeded", "the time for the call is over", undefined], [undefined, "no longer interested", undefined],
      "a counter ended at 15\nwait begins, limited: true\nwait begins, limited: false\n",
    ]);
    return got;
  });
}

const tried = `Greet: {"text":"hello, Ann"}
Divide: {"quotient":3,"rest":2}
Wait: deadline_exceeded, the time for the call is over, 
visit 0 one
visit 1 stop
Each: {"visited":2}
Open: {}
changed: {"value":15}
Counter.Add: {"value":15}
Counter.Fork: {}
changed: {"value":16}
Counter.Add: {"value":16}
Counter.Add: canceled, the call was canceled, 
Shout: 660000 SOME WORDS <nil>
Sum: {"sum":499500}
Count: {}
Count: 20000 EOF
`;

onBothEngines("a guest calls the page", async (tab) => {
  test.slow();
  await tab.install("kit-go");
  const ended = await tab.page.evaluate(async (kit) => {
    const ended: unknown[] = [];
    const counter = (value: number, changed: (n: number) => Promise<void>): object => ({
      async add({ n }: { n: number }) {
        value += n;
        await changed(value);
        return value;
      },
      fork: () => counter(value, changed),
      close: () => ended.push(value),
    });
    (globalThis as any).ended = ended;
    await shell.bus.serve("page-kit", {
      greet: ({ who }) => `hello, ${who}`,
      divide: ({ a, b }) => ({ quotient: Math.trunc(a / b), rest: a % b }),
      wait: (_, { signal }) => new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason))),
      async each({ words, visit }) {
        let visited = 0;
        for (const word of words) if (!(await visit(visited++, word))) break;
        return visited;
      },
      open: ({ start, changed }) => counter(start, changed),
      async sum({ numbers }) {
        let sum = 0;
        for await (const n of numbers) sum += n;
        return sum;
      },
      async *count({ to }: { to: number }) {
        for (let i = 1; i <= to; i++) yield i;
      },
      shout: ({ in: bytes }) => bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({
        transform: (text: string, to) => to.enqueue(text.toUpperCase()),
      })),
    }, { description: kit });
    return ended;
  }, kit as never);
  expect(ended).toEqual([]);
  const result = await tab.run("kit-go try page-kit", { timeout: 100_000 });
  expect(result).toMatchObject({ code: 0, stdout: tried, stderr: "" });
  await expect.poll(() => tab.page.evaluate(() => ((globalThis as any).ended as number[]).sort())).toEqual([15, 16]);
  return result.stdout;
});

test("guest to guest it is the same", async ({ open }) => {
  const tab = await open("browser");
  await declare(tab, "kit-js");
  await tab.install("kit-go");
  expect((await tab.run("kit-go try kit")).stdout).toBe(tried);
});
