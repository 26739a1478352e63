import { expect, test } from "../fixtures.ts";

test("run gives code, output and time", async ({ open }) => {
  const shell = await open();
  const result = await shell.page.evaluate(() => globalThis.shell.run("echo out; echo err >&2; exit 7"));
  expect(result).toMatchObject({ code: 7, stdout: "out\n", stderr: "err\n" });
  expect(Object.values(result.stdoutBytes)).toEqual([..."out\n"].map((c) => c.charCodeAt(0)));
  expect(result.ms).toBeGreaterThan(0);
});

test("a line reads what it is given", async ({ open }) => {
  const shell = await open();
  const outputs = await shell.page.evaluate(async () => {
    const stream = () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("a stream"));
          controller.close();
        },
      });
    const sources = ["a text", new TextEncoder().encode("an array"), new TextEncoder().encode("a buffer").buffer, new Blob(["a blob"]), stream(), ""];
    const all = [];
    for (const stdin of sources) all.push((await globalThis.shell.run("cat", { stdin })).stdout);
    all.push((await globalThis.shell.run("cat")).stdout);
    return all;
  });
  expect(outputs).toEqual(["a text", "an array", "a buffer", "a blob", "a stream", "", ""]);
});

test("a stream that has nothing to give is left when the line has ended", async ({ open }) => {
  const shell = await open();
  const code = await shell.page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        let ended: Promise<{ code: number }>;
        const stdin = new ReadableStream<Uint8Array>({ cancel: async () => resolve((await ended).code) });
        ended = globalThis.shell.run("exit 3", { stdin });
        ended.catch(reject);
      }),
  );
  expect(code).toBe(3);
});

test("a line runs in the folder and environment that it is given", async ({ open }) => {
  const shell = await open();
  await shell.run("mkdir -p '/tmp/a b'");
  expect((await shell.run("pwd; echo $X $HOME", { cwd: "/tmp/a b", env: { X: "1 2", HOME: "/h" } })).stdout).toBe("/tmp/a b\n1 2 /h\n");
  expect((await shell.run("pwd")).stdout).toBe("/home/user\n");
  await expect(shell.run("pwd", { cwd: "/tmp/not there" })).rejects.toThrow("chdir /tmp/not there: no such file or directory");
});

test("no byte is lost, however many there are", async ({ open }) => {
  const shell = await open();
  const size = 8 << 20;
  const same = await shell.page.evaluate(async (size) => {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = (i * 31) >> 3;
    const { stdoutBytes, code } = await globalThis.shell.run("cat | cat", { stdin: bytes });
    return code === 0 && stdoutBytes.length === size && stdoutBytes.every((b, i) => b === bytes[i]);
  }, size);
  expect(same).toBe(true);
});

test("a reader that leaves ends its writer", async ({ open }) => {
  const shell = await open();
  expect(await shell.run("yes | head -3")).toMatchObject({ code: 0, stdout: "y\ny\ny\n" });
  // Also if it is the page that writes.
  const code = await shell.page.evaluate(async () => (await globalThis.shell.run("true", { stdin: new Uint8Array(1 << 20) })).code);
  expect(code).toBe(0);
});

test("out of time, all that the line started is killed and the code is 124", async ({ open }) => {
  const shell = await open();
  const result = await shell.run("echo begun; sleep 60 | sleep 60; echo never", { timeout: 300 });
  expect(result).toMatchObject({ code: 124, stdout: "begun\n" });
  await expect.poll(async () => (await shell.run("ps")).stdout).not.toContain("sleep");
});

test("aborted, a line is interrupted and run rejects with the reason", async ({ open }) => {
  const shell = await open();
  const said = await shell.page.evaluate(async () => {
    const controller = new AbortController();
    const run = globalThis.shell.run("sleep 60", { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 100);
    return run.then(String, (error) => error.message);
  });
  expect(said).toBe("enough");
  await expect.poll(async () => (await shell.run("ps")).stdout).not.toContain("sleep");
  const before = await shell.page.evaluate(() => globalThis.shell.run("echo no", { signal: AbortSignal.abort(new Error("before")) }).catch((error) => error.message));
  expect(before).toBe("before");
});

test("many lines run at once and do not mix", async ({ open }) => {
  const shell = await open();
  const outputs = await shell.page.evaluate(() =>
    Promise.all(Array.from({ length: 20 }, async (_, i) => (await globalThis.shell.run(`sleep 0.0${i % 5}; echo ${i}; exit ${i}`)).stdout)),
  );
  expect(outputs).toEqual(Array.from({ length: 20 }, (_, i) => `${i}\n`));
});

test("what cannot be run says so with the shell's codes", async ({ open }) => {
  const shell = await open();
  expect(await shell.run("no-such-command")).toMatchObject({ code: 127, stdout: "" });
  await shell.write("plain.txt", "no program");
  expect((await shell.run("./plain.txt")).code).toBe(126);
  expect((await shell.run("kill -9 $$")).code).toBe(137);
});

test("spawn hands out streams", async ({ open }) => {
  const shell = await open();
  const result = await shell.page.evaluate(async () => {
    const child = await globalThis.shell.spawn("while read line; do echo got $line; done; exit 5");
    const writer = child.stdin.getWriter();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    await writer.write("one\n");
    const first = (await reader.read()).value;
    await writer.write("two\n");
    const second = (await reader.read()).value;
    await writer.close();
    return { first, second, end: (await reader.read()).done, code: await child.exit, pid: child.pid };
  });
  expect(result).toMatchObject({ first: "got one\n", second: "got two\n", end: true, code: 5 });
  expect(result.pid).toBeGreaterThan(1);
});

test("what is no bytes fails its writer, and ends the reader's input", async ({ open }) => {
  const shell = await open();
  const result = await shell.page.evaluate(async () => {
    const child = await globalThis.shell.spawn("cat; echo end");
    const writer = child.stdin.getWriter();
    writer.closed.catch(() => {});
    const said = await writer.write(5 as never).then(String, (error) => `${error.name}: ${error.message}`);
    return { said, output: await new Response(child.stdout).text(), code: await child.exit };
  });
  expect(result).toEqual({ said: "TypeError: the data is no string, buffer, Blob or stream", output: "end\n", code: 0 });
});

test("what has ended is out of the way, whatever is left unread", async ({ open }) => {
  const shell = await open();
  const { before, after, output } = await shell.page.evaluate(async () => {
    const { shell } = globalThis;
    const open = async () => (await shell.fs.readdir("/proc/1/fd")).length;
    const before = await open();
    for (let i = 0; i < 400; i++) {
      const child = await shell.spawn(`echo ${i}; echo e >&2`, i % 4 === 0 ? { terminal: true } : {});
      await child.exit;
      if (i % 4 === 1) await new Response(child.stdout).text();
    }
    const held = await shell.spawn("cat & exit 4"); // a reader that is left
    await held.exit;
    return { before, after: await open(), output: (await shell.run("echo still")).stdout };
  });
  expect(output).toBe("still\n");
  expect(after - before).toBeLessThan(20);
});

test("a terminal that has ended does nothing to the next one", async ({ open }) => {
  const shell = await open();
  const result = await shell.page.evaluate(async () => {
    const { shell } = globalThis;
    const code = (promise: Promise<unknown>) => promise.then(() => "done", (error) => error.code);
    const first = await shell.spawn("true", { terminal: true });
    const writer = first.stdin.getWriter();
    await new Response(first.stdout).text();
    await first.exit;
    const second = await shell.spawn("cat; stty size", { terminal: { cols: 40, rows: 10 } }); // on the number that has become free
    const codes = [await code(first.resize({ cols: 9, rows: 9 })), await code(writer.write("not yours\n"))];
    const other = second.stdin.getWriter();
    await other.write("mine\n\x04");
    return { codes, output: await new Response(second.stdout).text(), code: await second.exit };
  });
  expect(result).toEqual({ codes: ["EPIPE", "EPIPE"], output: "mine\r\nmine\r\n10 40\r\n", code: 0 });
});

test("spawn gives a terminal that knows its size, and kills", async ({ open }) => {
  const shell = await open();
  const result = await shell.page.evaluate(async () => {
    const child = await globalThis.shell.spawn("test -t 0 && echo a terminal; sleep 60", { terminal: { cols: 40, rows: 10 } });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const first = (await reader.read()).value;
    await child.resize({ cols: 50, rows: 12 });
    await child.kill("SIGKILL");
    return { first, code: await child.exit };
  });
  expect(result).toEqual({ first: "a terminal\r\n", code: 137 });
});

test("an engine that there is not is refused in one sentence", async ({ open }) => {
  const shell = await open();
  const said = await shell.page.evaluate(() => globalThis.shell.run("true", { engine: "v8" as never }).then(String, (error) => `${error.name}: ${error.message}`));
  expect(said).toBe('TypeError: "v8" is no engine: it is one of auto, browser, wazero');
});
