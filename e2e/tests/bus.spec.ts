// The bus: guests call each other, the page calls and serves.
import { expect, onBothEngines, test } from "../fixtures.ts";

const counted = `sum 42
no list: invalid_argument true
no method: unimplemented
no package: there is no package nobody
changed to 5
value 5
changed to 12
value 12
numbers 12502500 <nil>
slow <nil> others went on: true
given up: true
`;

for (const kind of ["go", "js"]) {
  onBothEngines(`guests (${kind}) call each other`, async (shell) => {
    test.slow(); // wazero compiles four megabytes twice
    await shell.install(`counter-${kind}`, `count-${kind}`);
    // The bus starts the package by its name, along the caller's PATH.
    const result = await shell.run(`count-${kind} counter-${kind}`, { timeout: 100_000 });
    expect(result).toMatchObject({ code: 0, stdout: counted, stderr: "" });
    return result.stdout;
  });
}

test("the page calls a guest, and a crash fails the call", async ({ open }) => {
  const tab = await open("browser");
  await tab.install("counter-go");
  await tab.write("/etc/bus.d/counter.json", JSON.stringify({ name: "counter", module: "/home/user/bin/counter-go.wasm" }));
  const got = await tab.page.evaluate(async () => {
    const first = await shell.bus.call("counter", "counter/1.Add", [1, 2, 3]);
    const crash = await shell.bus.call("counter", "counter/1.Crash").catch((error) => error.code);
    const again = await shell.bus.call("counter", "add", [4]);
    const none = await shell.bus.call("nobody", "nobody/1.x").catch((error) => error.code);
    const method = await shell.bus.call("counter", "nothing").catch((error) => error.code);
    const byPath = await shell.bus.call("counter-go", "add", [5]); // in /home/user/bin
    return [first, crash, again, none, method, byPath];
  });
  expect(got).toEqual([6, "unavailable", 4, "not_found", "unimplemented", 5]);
});

test("the page serves: programs of the shell and the page itself call it", async ({ open }) => {
  const tab = await open("browser");
  const got = await tab.page.evaluate(async () => {
    const list = [1, 2];
    const begun = Promise.withResolvers<void>();
    const serving = await shell.bus.serve("math", {
      sum: (args) => (args as { list: number[] }).list.reduce((a, b) => a + b),
      spoil: (args) => void (args as { list: number[] }).list.push(3),
      bytes: () => Uint8Array.of(1, 2, 255),
      broken: () => {
        throw new Error("out of order");
      },
      odd: () => () => 1,
      slow: () => {
        begun.resolve();
        return new Promise(() => {});
      },
    });
    const code = (call: Promise<unknown>) => call.then(() => "no error", (error) => `${error.code}: ${error.message}`);
    await shell.bus.call("math", "spoil", { list });
    const out = [
      await shell.bus.call("math", "sum", { list }),
      [...((await shell.bus.call("math", "bytes")) as Uint8Array)],
      await code(shell.bus.call("math", "toString")),
      await code(shell.bus.call("math", "broken")),
      await code(shell.bus.call("math", "odd")),
      await code(shell.bus.call("math", "sum", () => 1)),
      await code(shell.bus.serve("math", {})),
      (await shell.run("bus call math sum list=[20,22]; bus call math math/1.broken")).stdout,
      (await shell.run("bus ls | grep ^math")).stdout.replace(/\d+/, "PID"),
    ];
    const open = code(shell.bus.call("math", "slow"));
    await begun.promise;
    serving.close();
    out.push(await open, await code(shell.bus.call("math", "math/1.sum", { list })));
    return out;
  });
  expect(got).toEqual([
    3, [1, 2, 255], "unimplemented: the package math has no method toString", "unknown: out of order",
    expect.stringMatching(/^internal: the result cannot be sent/), expect.stringMatching(/^invalid_argument: the arguments cannot be sent/),
    "already_exists: the package math is served already", "42\n", "math                 running  PID\n",
    expect.stringMatching(/^unavailable: /), expect.stringMatching(/^not_found: /),
  ]);
});

test("a caller that leaves is told to the page's handler", async ({ open }) => {
  const tab = await open("browser");
  const got = await tab.page.evaluate(async () => {
    const told = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    await shell.bus.serve("p", {
      wait: (_, { signal }) => {
        signal.addEventListener("abort", () => told.resolve("told"));
        begun.resolve();
        return new Promise(() => {});
      },
    });
    const caller = new AbortController();
    const call = shell.bus.call("p", "wait", undefined, { signal: caller.signal });
    await begun.promise;
    caller.abort(new Error("no longer interested"));
    return [await call.catch((error) => error.message), await told.promise];
  });
  expect(got).toEqual(["no longer interested", "told"]);
});
