// What busgen writes: guests in Go, a program in Rust, the page and the shell in one room.
import type { Chat1Bus, Chat1Member as Member } from "../../examples/go/chat/room/room.ts";
import type { Greeter1Bus } from "../../examples/go/greeter/greeting/greeting.ts";
import { readFileSync } from "node:fs";
import { expect, onBothEngines, test } from "../fixtures.ts";

declare global {
  // What the page hears in the room, and its place there.
  var heard: string[];
  var member: Member;
}

const greeted = `1 of 2
2 of 2
hello, Ann
hello, Bob
HELLO, ANN!
HELLO, ANN!
HELLO, ANN!
nobody: who is it? true
`;

for (const kind of ["go", "js"]) {
  onBothEngines(`typed calls between guests (${kind})`, async (shell) => {
    test.slow(); // wazero compiles four megabytes twice
    await shell.install(`greeter-${kind}`, `greet-${kind}`);
    const result = await shell.run(`greet-${kind} greeter-${kind} Ann Bob`, { timeout: 100_000 });
    expect(result).toMatchObject({ code: 0, stdout: greeted, stderr: "" });
    return result.stdout;
  });
}

onBothEngines("the page calls a typed package: values, callbacks and items", async (tab) => {
  test.slow();
  await tab.install("greeter-go");
  await tab.write("/etc/bus.d/greeter.json", JSON.stringify({ name: "greeter", module: "/home/user/bin/greeter-go.wasm" }));
  const got = await tab.page.evaluate(async () => {
    const bus = shell.bus as Greeter1Bus;
    const done: number[] = [];
    const texts = await bus.call("greeter", "greeter/1.GreetAll", {
      people: [{ name: "Ann" }, { name: "Bob", tone: "loud" }],
      progress: (n) => void done.push(n),
    });
    const hellos: string[] = [];
    for await (const hello of await bus.call("greeter", "greeter/1.Hellos", { who: { name: "Cid" }, every: 1_000_000 })) {
      if (hellos.push(hello) === 3) break;
    }
    const nobody = await bus.call("greeter", "greeter/1.Greet", { who: { name: "" } }).catch((error) => error.code);
    return { texts, done, hellos, nobody };
  });
  expect(got).toEqual({ texts: ["hello, Ann", "HELLO, BOB!"], done: [1, 2], hellos: Array(3).fill("hello, Cid"), nobody: "invalid_argument" });
  expect((await tab.run("bus call greeter greeter.greet 'who={\"name\":\"Dan\"}'")).stdout).toBe('{\n  "text": "hello, Dan"\n}\n');
  // The types that this file is checked with.
  const types = readFileSync(new URL("../../examples/go/greeter/greeting/greeting.ts", import.meta.url), "utf8");
  expect((await tab.run("bus describe --ts greeter")).stdout).toBe(types);
  expect((await tab.run("bus describe greeter")).stdout).toContain("Greet says hello to somebody");
});

onBothEngines("a room in Go that the page, the shell and programs in Go and Rust join", async (tab) => {
  test.slow();
  await tab.install("chat-go", "join-js", "join-rust");
  await tab.write("/etc/bus.d/chat.json", JSON.stringify({ name: "chat", module: "/home/user/bin/chat-go.wasm" }));
  await tab.page.evaluate(async () => {
    const bus = shell.bus as Chat1Bus;
    const heard: string[] = [];
    const member = await bus.call("chat", "chat/1.Join", {
      nick: "page",
      heard: (m) => void heard.push(m.from ? `${m.from}: ${m.text}` : m.text),
    });
    Object.assign(globalThis, { heard, member });
  });
  const heard = () => tab.page.evaluate(() => globalThis.heard);
  // The shell has a place for the time of its call.
  const asked = await tab.run("bus call chat chat/1.Join nick=shell; bus call chat chat/1.Who");
  expect(asked).toMatchObject({ code: 0, stderr: "" });
  await expect.poll(heard).toEqual(["shell joined", "shell left"]);
  for (const [nick, program] of [["go", "join-js"], ["rust", "join-rust"]]) {
    const run = tab.run(`{ echo hello; echo "/wait 1"; echo /nicks; } | ${program} chat ${nick}`, { timeout: 60_000 });
    await expect.poll(async () => (await heard()).includes(`${nick}: hello`)).toBe(true);
    expect(await tab.page.evaluate(() => member.say({ text: "welcome" }))).toBe(1);
    const { code, stdout } = await run;
    const lines = stdout.split("\n");
    // The page may answer before the room has counted whom it told.
    expect([code, lines.slice(0, 2).sort(), lines.slice(2)]).toEqual([0, ["< page: welcome", "told 1"], [`page ${nick}`, ""]]);
    await expect.poll(async () => (await heard()).at(-1)).toBe(`${nick} left`);
  }
  const last = await tab.page.evaluate(async () => {
    const who = await member.who();
    member.close();
    return [who, await member.closed, await (shell.bus as Chat1Bus).call("chat", "chat/1.Who")];
  });
  expect(last).toEqual([["page"], undefined, []]);
});
