import { expect, test } from "../fixtures.ts";

test("what is typed is run, and the page is told", async ({ open }) => {
  const shell = await open();
  const events = await shell.page.evaluate(async () => {
    const seen: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      for (const type of ["bushel-command", "bushel-exit"]) {
        globalThis.shell.addEventListener(type, (event) => {
          const { line, code } = (event as CustomEvent).detail;
          seen.push([type, line, code, globalThis.shell.state]);
          if (type === "bushel-exit") resolve();
        });
      }
    });
    await globalThis.shell.type("echo 'a; b'; false");
    await globalThis.shell.press("Enter");
    await done;
    return seen;
  });
  expect(events).toEqual([
    ["bushel-command", "echo 'a; b'; false", undefined, "running"],
    ["bushel-exit", "echo 'a; b'; false", 1, "ready"],
  ]);
  await shell.seen(/^a; b$/m);
});

test("lines that are typed at once are shown once each", async ({ open }) => {
  const shell = await open();
  const lines = Array.from({ length: 30 }, (_, i) => `echo ${i}-$((${i} * 1000))`);
  await shell.type(lines.map((line) => `${line}\n`).join(""));
  await shell.seen(/^29-29000\n~ \$ $/m);
  const wanted = lines.flatMap((line, i) => [`~ $ ${line}`, `${i}-${i * 1000}`]);
  expect((await shell.screen()).trimEnd().split("\n")).toEqual([...wanted, "~ $"]);
});

test("keys on the keyboard reach the shell", async ({ open }) => {
  const shell = await open();
  await shell.page.keyboard.type("echo typed by hand");
  await shell.page.keyboard.press("Enter");
  await shell.seen(/^typed by hand$/m);
});

test("Ctrl-C ends what runs and the shell goes on", async ({ open }) => {
  const shell = await open();
  await shell.type("sleep 60\n");
  await expect.poll(() => shell.state()).toBe("running");
  await shell.press("Control+C");
  await expect.poll(() => shell.state()).toBe("ready");
  await shell.type("echo code $?\n");
  await shell.seen("code 130");
});

test("a line is edited and found again in the history", async ({ open }) => {
  const shell = await open();
  await shell.type("cho one");
  await shell.press("Control+A");
  await shell.type("e");
  await shell.press("Control+E");
  await shell.type("-two\n");
  await shell.seen(/^one-two$/m);
  await shell.press("ArrowUp");
  await shell.press("Backspace");
  await shell.type("ice\n");
  await shell.seen(/^one-twice$/m);
});

test("a command reads the terminal", async ({ open }) => {
  const shell = await open();
  await shell.type("cat\n");
  await expect.poll(() => shell.state()).toBe("running");
  await shell.type("hello cat\n");
  await shell.seen(/hello cat\nhello cat/);
  await shell.press("Control+D");
  await expect.poll(() => shell.state()).toBe("ready");
});

test("a flood is drawn to its end and the page stays alive", async ({ open }) => {
  const shell = await open();
  await shell.type("seq 200000\n");
  await shell.seen(/^200000$/m);
  await expect.poll(() => shell.state()).toBe("ready");
});

test("an endless flood is stopped by Ctrl-C", async ({ open }) => {
  const shell = await open();
  await shell.type("yes\n");
  await shell.seen(/^y\ny\ny$/m);
  await shell.press("Control+C");
  await expect.poll(() => shell.state()).toBe("ready");
  await shell.type("echo still here\n");
  await shell.seen(/^still here$/m);
});

test("a shell that has ended is followed by a new one", async ({ open }) => {
  const shell = await open();
  await shell.type("exit 3\n");
  await shell.seen("the shell has ended with code 3");
  await shell.press("Enter");
  await shell.seen(/new one\]\n[^\n]*\$/);
  await shell.type("echo again\n");
  await shell.seen(/^again$/m);
});

test("a dropped module is written to the shell's folder and runs by its name", async ({ open }) => {
  const shell = await open();
  await shell.install("hello-c");
  await shell.type("mkdir /tmp/drop; cd /tmp/drop\n");
  // The prompt of that folder comes after the mark that tells the page of it.
  await shell.seen(/^\/tmp\/drop\W*$/m);
  await shell.page.evaluate(async () => {
    const data = new DataTransfer();
    data.items.add(new File([(await globalThis.shell.fs.readFile("bin/hello-c.wasm")).slice()], "dropped.wasm"));
    globalThis.shell.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await expect.poll(() => shell.page.evaluate(() => globalThis.shell.shadowRoot!.querySelector(".notice")!.textContent)).toContain("dropped.wasm is now in");
  await shell.type("clear; dropped\n");
  await shell.seen(/hello/i);
});
