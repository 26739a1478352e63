// The services process and tty of the package os, as programs use them.
import { expect, onBothEngines, type ShellPage, test } from "../fixtures.ts";

const lines = (text: string) => text.split("\n").sort();

for (const program of ["system-go", "system-js", "spawn-rust", "old-spawn-rust"]) {
  const go = program.startsWith("system");
  const command = go ? `${program} spawn` : program;
  onBothEngines(`${program} starts programs, waits for them, and kills them`, async (shell) => {
    test.slow();
    await shell.install(program, "cat-c");
    const spawn = async (what: string, stdin = "") => {
      const { code, stdout, stderr } = await shell.run(`${command} ${what}`, { stdin });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return lines(stdout.replaceAll(" \n", "\n").replace(/^wrote \d+\n/m, ""));
    };
    const started = go ? "started true" : "started";
    await shell.run("echo alive > ~/alive");
    const lives = "tail -f alive";
    expect(await spawn("run sh -c 'tr a-z A-Z; echo end >&2; exit 5'", "text\n")).toEqual(lines(`${started}\nout: TEXT\nerr: end\nexit 5\n`));
    expect(await spawn(`kill ${lives}`)).toEqual(lines(`${started}\nout: alive\nexit 137${go ? " KILL" : ""}\n`));
    if (go) return; // wazero takes seconds for each start of a program in Go
    expect(await spawn("run cat-c", "text\n")).toEqual(lines(`${started}\nout: text\nexit 0\n`));
    expect(await spawn(`leave ${lives}`)).toEqual(lines(`${started}\nout: alive\n`));
    // What was left was hung up with who had started it.
    await shell.run("while ps | grep -q '[t]ail -f'; do sleep 0.02; done");
  });
}

/** Runs a line at a terminal of its own; seen waits until its output has the text. */
async function atTerminal({ page }: ShellPage, line: string) {
  await page.evaluate(async (line) => {
    const program = await shell.spawn(line, { terminal: { cols: 100, rows: 30 }, env: { TERM: "xterm-256color", COLORTERM: "" } });
    globalThis.program = program;
    globalThis.keys = program.stdin.getWriter();
    globalThis.shown = "";
    void program.stdout.pipeThrough(new TextDecoderStream()).pipeTo(new WritableStream({ write: (text) => void (globalThis.shown += text) }));
  }, line);
  return {
    seen: (text: string) => expect.poll(() => page.evaluate(() => globalThis.shown)).toContain(text),
    shown: () => page.evaluate(() => globalThis.shown),
    type: (text: string) => page.evaluate((text) => globalThis.keys.write(new TextEncoder().encode(text)), text),
    resize: (cols: number, rows: number) => page.evaluate(([cols, rows]) => globalThis.program.resize({ cols, rows }), [cols, rows] as const),
    code: () => page.evaluate(async () => globalThis.program.exit),
  };
}

declare global {
  // The program of atTerminal.
  var program: Awaited<ReturnType<typeof shell.spawn>>;
  var keys: WritableStreamDefaultWriter<Uint8Array>;
  var shown: string;
}

for (const program of ["system-go", "system-js"]) {
  onBothEngines(`${program} knows its terminal: colours, size and its changes, keys as they are typed`, async (shell) => {
    test.slow();
    await shell.install(program);
    const tty = await atTerminal(shell, `${program} term; stty -a | tail -1`);
    await tty.seen("terminal true, output true, errors true, raw false, 256 colours, 100x30");
    await tty.seen("\x1b]2;keys\x07");
    await tty.seen("size 100x30");
    await tty.resize(90, 20);
    await tty.seen("size 90x20");
    await tty.type("a\x03\r");
    await tty.seen("key 13\r");
    await tty.type("q");
    // The mode from before is back.
    await tty.seen("key 113\r\nicanon echo isig icrnl onlcr\r\n");
    expect(await tty.code()).toBe(0);
    const shown = await tty.shown();
    expect(shown).toMatch(/key 97\r\n(.*\r\n)*key 3\r\n/);
    const apart = await shell.run(`${program} term | cat`);
    expect(apart).toMatchObject({ stdout: "terminal false, output false, errors false, raw false, 0 colours, 0x0\nerror: the program has no terminal\n" });
    return shown.split("\r\n").filter((line) => line.startsWith("key"));
  });
}

for (const program of ["term-rust", "old-term-rust"]) {
  onBothEngines(`${program} uses the terminal by the crate's interface`, async (shell) => {
    await shell.install(program);
    const tty = await atTerminal(shell, program);
    await tty.seen("size 100x30");
    await tty.seen("ready");
    // The program has the keys when they are no longer echoed and read by lines.
    await shell.run(`until stty -a < /dev/pts/0 | grep -q -- '-icanon'; do sleep 0.02; done`);
    await tty.type("a\x03\r");
    await tty.seen("10\r");
    await tty.type("q");
    await tty.seen("over");
    expect(await tty.code()).toBe(0);
    return (await tty.shown()).match(/\d+(?=[ \r])/g)?.join(" ").includes("97 3 10");
  });
}
