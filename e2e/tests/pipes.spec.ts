// Pipes between guests, whose bytes go from worker to worker.
import { type Engine, expect, onBothEngines, type ShellPage, test } from "../fixtures.ts";

// An interpreted guest computes so slowly that it is given less.
const bytes = (engine: Engine): number => (engine === "browser" ? 8_000_000 : 1_000_000);

/** The kernel's worker, and the spares of both engines that are kept at most. */
const MOST_WORKERS = 1 + 2 * 4;

/** Nothing may be left of what has run: no process, no pipe that is joined, no worker. */
async function clean(user: ShellPage): Promise<void> {
  await expect.poll(async () => (await user.run("ps; cat /proc/joined")).stdout).not.toMatch(/stream|^\d+ \d+ \d+$/m);
  await expect.poll(() => user.page.workers().length).toBeLessThanOrEqual(MOST_WORKERS);
}

const languages = ["c", "go", "js"];
for (const from of languages) {
  for (const to of languages.filter((to) => from === "c" || to === "c")) {
    onBothEngines(`a stream from ${from} to ${to} arrives whole`, async (user, engine) => {
      await user.install(`stream-${from}`, `stream-${to}`);
      const n = from === "c" && to === "c" ? bytes(engine) : bytes(engine) / 2;
      const ran = await user.run(`stream-${from} pour ${n} | stream-${to} check`);
      expect(ran).toEqual({ code: 0, stdout: `${n} bytes\n`, stderr: "" });
      await clean(user);
    });
  }
}

for (const language of languages) {
  test(`pipes of ${language} guests go past the kernel`, async ({ open }) => {
    const user = await open("browser");
    await user.install(`stream-${language}`);
    const guest = `stream-${language}`;
    const ran = await user.run(
      `${guest} pour 64000000 | ${guest} check > /tmp/said & until [ -n "$(cat /proc/joined)" ]; do sleep 0.01; done; wait; cat /tmp/said`,
      { timeout: 30_000 },
    );
    expect(ran).toMatchObject({ code: 0, stdout: "64000000 bytes\n" });
    await clean(user);
  });
}

onBothEngines("small pieces go together, and a pipeline has several joined pipes", async (user, engine) => {
  await user.install("stream-c", "cat-c");
  const n = bytes(engine) / 4;
  const ran = await user.run(`stream-c pour ${n} 700 | cat-c | cat-c | stream-c check`);
  expect(ran).toEqual({ code: 0, stdout: `${n} bytes\n`, stderr: "" });
  await clean(user);
});

test("a stream goes from one engine to the other", async ({ open }) => {
  const user = await open("browser");
  await user.install("stream-c");
  const line = (from: string, to: string) => `run --engine=${from} bin/stream-c.wasm pour 1000000 | run --engine=${to} bin/stream-c.wasm check`;
  for (const [from, to] of [["browser", "wazero"], ["wazero", "browser"]] as const) {
    expect(await user.run(line(from, to))).toEqual({ code: 0, stdout: "1000000 bytes\n", stderr: "" });
  }
  await clean(user);
});

onBothEngines("a reader that leaves ends its writer at once", async (user, engine) => {
  await user.install("stream-c", "flood-c");
  const n = bytes(engine) / 4;
  const ran = await user.run(`stream-c pour 1000000000 | stream-c take ${n}; echo \${PIPESTATUS[@]}`);
  expect(ran).toEqual({ code: 0, stdout: `${n} bytes\n141 0\n`, stderr: "" });
  expect(await user.run("flood-c | head -3")).toEqual({ code: 0, stdout: "y\ny\ny\n", stderr: "" });
  await clean(user);
});

// What it has sent before anybody could know of it comes through, though its worker is
// ended in the middle of a loop.
onBothEngines("of a writer that is killed comes all that it had sent", async (user, engine) => {
  await user.install("stream-c");
  const n = bytes(engine) / 4;
  const ran = await user.run(
    `rm -f /tmp/told; stream-c tell /tmp/told ${n} | stream-c check > /tmp/said & until [ -e /tmp/told ]; do sleep 0.05; done
     read number writer reader < /proc/joined; kill -9 $writer; wait $!; cat /tmp/said`,
  );
  expect(ran.stdout).toBe(`${n} bytes\n`);
  await clean(user);
});

onBothEngines("what is stopped goes on where it was", async (user, engine) => {
  await user.install("stream-c");
  const n = engine === "browser" ? 32_000_000 : 1_000_000;
  for (const who of ["writer", "reader"]) {
    const ran = await user.run(
      `stream-c pour ${n} | stream-c check > /tmp/said & until [ -n "$(cat /proc/joined)" ]; do sleep 0.01; done
       read number writer reader < /proc/joined; pid=$${who}; kill -STOP $pid; until [ -z "$(cat /proc/joined)" ]; do sleep 0.01; done
       ps | awk -v p=$pid '$1 == p { print "found" }'; kill -CONT $pid; wait $!; cat /tmp/said`,
      { timeout: 40_000 },
    );
    expect(ran.stdout, who).toBe(`found\n${n} bytes\n`);
  }
  await clean(user);
});

onBothEngines("another process reads on where the first stops", async (user, engine) => {
  await user.install("stream-c");
  const n = bytes(engine) / 4;
  const ran = await user.run(`stream-c pour ${n} | { stream-c take 1000; wc -c; }`);
  expect(ran).toEqual({ code: 0, stdout: `1000 bytes\n${n - 1000}\n`, stderr: "" });
  await clean(user);
});

/** The first n bytes of what stream pours. */
const stream = (n: number): Buffer => Buffer.from(Uint8Array.from({ length: n }, (_, i) => (i * 31) ^ ((i >> 8) * 7) ^ (i >> 16)));

/** Runs a line with bytes as its input. */
async function fed(user: ShellPage, line: string, input: Buffer): Promise<string> {
  await user.write("input", input);
  return (await user.run(`cat input | { ${line}\n}`, { timeout: 40_000 })).stdout;
}

onBothEngines("programs read one input one after another, each from where the one before was", async (user, engine) => {
  await user.install("stream-c");
  const sizes = [1, 1000, engine === "browser" ? 70_000 : 5000, 3, 4096];
  const takes = sizes.map((n) => `stream-c take ${n}`).join("; ");
  const input = Buffer.concat([...sizes.map(stream), Buffer.from("a line\nand the rest\n")]);
  expect(await fed(user, `${takes}; read -r line; echo "<$line>"; cat`, input)).toBe(
    `${sizes.map((n) => `${n} bytes\n`).join("")}<a line>\nand the rest\n`,
  );
  const records = ["x", "y", "z"].map((name) => Buffer.concat([Buffer.from(`${name}\n`), stream(10)]));
  expect(await fed(user, `while read -r name; do echo $name; stream-c take 10; done`, Buffer.concat(records))).toBe(
    "x\n10 bytes\ny\n10 bytes\nz\n10 bytes\n",
  );
});

onBothEngines("programs that read one input at once have each byte once", async (user, engine) => {
  await user.install("cat-c");
  const n = engine === "browser" ? 500_000 : 50_000;
  const line = `exec 3<&0; for i in 1 2 3; do cat-c <&3 >/tmp/part$i & done; wait; cat /tmp/part? | tr -d '\\n' | wc -c; cat /tmp/part? | tr -d b | wc -c`;
  expect(await fed(user, line, Buffer.from("ab".repeat(n / 2)))).toBe(`${n}\n${n / 2}\n`);
});

test("Ctrl-C ends a pipeline of guests", async ({ open }) => {
  const user = await open("browser");
  await user.install("stream-c");
  await user.type("stream-c pour 2000000000 | stream-c check\n");
  await expect.poll(async () => (await user.run("cat /proc/joined")).stdout).toMatch(/^\d+ \d+ \d+$/m);
  await user.press("Ctrl+C");
  await expect.poll(() => user.state()).toBe("ready");
  await clean(user);
});

onBothEngines("a guest finds its files beside descriptors that the shell holds open", async (shell) => {
  await shell.install("cat-c", "tour-go", "tour-js");
  await shell.write("/tmp/text", "one\n");
  const result = await shell.run(
    "cd /tmp; exec 3<text 5<text; cat-c text; cat-c /dev/fd/3; cat-c /dev/fd/5; mkdir a b; (cd a && tour-go >/dev/null) && (cd b && tour-js >/dev/null); echo $?",
  );
  expect(result).toEqual({ code: 0, stdout: "one\none\none\n0\n", stderr: "" });
  return result;
});
