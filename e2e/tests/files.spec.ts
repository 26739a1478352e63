import { expect, test } from "../fixtures.ts";

test("files are written, read, listed, renamed and removed", async ({ open }) => {
  const shell = await open();
  const seen = await shell.page.evaluate(async () => {
    const { fs } = globalThis.shell;
    await fs.mkdir("/tmp/f/deep/er", { recursive: true });
    await fs.mkdir("/tmp/f/deep/er", { recursive: true });
    await fs.writeFile("/tmp/f/b.txt", "text ü");
    await fs.writeFile("/tmp/f/a.bin", new Uint8Array([0, 255, 10]));
    await fs.writeFile("/tmp/f/b.txt", "!", { append: true });
    const text = await fs.readFile("/tmp/f/b.txt", "utf8");
    const bytes = [...(await fs.readFile("/tmp/f/a.bin"))];
    const names = await fs.readdir("/tmp/f");
    const types = await fs.readdir("/tmp/f", { withFileTypes: true });
    await fs.rename("/tmp/f/a.bin", "/tmp/f/b.txt");
    const stat = await fs.stat("/tmp/f/b.txt");
    const isDirectory = (await fs.stat("/tmp/f")).isDirectory();
    await fs.rm("/tmp/f", { recursive: true });
    await fs.rm("/tmp/f", { force: true });
    return { text, bytes, names, types, size: stat.size, type: stat.type, isFile: stat.isFile(), age: Date.now() - stat.mtimeMs, isDirectory };
  });
  expect(seen).toMatchObject({
    text: "text ü!",
    bytes: [0, 255, 10],
    names: ["a.bin", "b.txt", "deep"],
    types: [
      { name: "a.bin", type: "file" },
      { name: "b.txt", type: "file" },
      { name: "deep", type: "directory" },
    ],
    size: 3,
    type: "file",
    isFile: true,
    isDirectory: true,
  });
  expect(Math.abs(seen.age)).toBeLessThan(60_000);
});

test("a file is written, and a folder listed, as Node's options say", async ({ open }) => {
  const shell = await open();
  const seen = await shell.page.evaluate(async () => {
    const { fs } = globalThis.shell;
    const fault = (promise: Promise<unknown>) => promise.then(() => "none", (error) => error.code ?? `${error.name}: ${error.message}`);
    await fs.mkdir("/tmp/node/sub", { recursive: true });
    await fs.writeFile("/tmp/node/a", "one", { flag: "wx", encoding: "utf8" });
    await fs.writeFile("/tmp/node/a", "two", { flag: "a" });
    const faults = [
      await fault(fs.writeFile("/tmp/node/a", "three", { flag: "wx" })),
      await fault(fs.writeFile("/tmp/node/a", "three", { flag: "ax" })),
      await fault(fs.writeFile("/tmp/node/a", "three", { flag: "r" as "w" })),
      await fault(fs.writeFile("/tmp/node/a", "6869", { encoding: "hex" as "utf8" })),
      await fault(fs.writeFile("/tmp/node/a", "6869", "latin1" as "utf8")),
    ];
    const text = await fs.readFile("/tmp/node/a", "utf8");
    await fs.writeFile("/tmp/node/a", "four", "utf8");
    const entries = await fs.readdir("/tmp/node", { withFileTypes: true });
    return { faults, texts: [text, await fs.readFile("/tmp/node/a", "utf8")], kinds: entries.map((e) => [e.name, e.isFile(), e.isDirectory(), e.isSymbolicLink()]) };
  });
  expect(seen).toEqual({
    faults: ["EEXIST", "EEXIST", 'TypeError: "r" is no flag: it is w, a, wx or ax', 'TypeError: "hex" is no encoding: it is utf8 or nothing', 'TypeError: "latin1" is no encoding: it is utf8 or nothing'],
    texts: ["onetwo", "four"],
    kinds: [["a", true, false, false], ["sub", false, true, false]],
  });
});

test("errors have POSIX's names", async ({ open }) => {
  const shell = await open();
  const codes = await shell.page.evaluate(async () => {
    const { fs } = globalThis.shell;
    const code = (promise: Promise<unknown>) => promise.then(() => "none", (error) => error.code);
    await fs.writeFile("/tmp/file", "");
    return [
      await code(fs.readFile("/no/such")),
      await code(fs.readFile("/tmp")),
      await code(fs.readdir("/tmp/file")),
      await code(fs.mkdir("/tmp")),
      await code(fs.rm("/no/such")),
      await code(fs.stat("/tmp/file/below")),
      await code(fs.writeFile("/no/such/file", "")),
      await code(fs.rm("/home")),
      await code(fs.rm("/tmp/../", { recursive: true, force: true })),
      await code(fs.rm("//..", { recursive: true, force: true })),
      await code(fs.stat("/bin/ls")),
    ];
  });
  expect(codes).toEqual(["ENOENT", "EISDIR", "ENOTDIR", "EEXIST", "ENOENT", "ENOTDIR", "ENOENT", "ENOTEMPTY", "EBUSY", "EBUSY", "none"]);
});

test("large files and large folders come whole", async ({ open }) => {
  const shell = await open();
  const ok = await shell.page.evaluate(async () => {
    const { fs } = globalThis.shell;
    const bytes = new Uint8Array((5 << 20) + 17).map((_, i) => (i * 7) >> 2);
    await fs.writeFile("big", new Blob([bytes]));
    const back = await fs.readFile("big");
    await fs.mkdir("many");
    const names = Array.from({ length: 3000 }, (_, i) => `file-with-a-rather-long-name-${String(i).padStart(5, "0")}`);
    await Promise.all(names.map((name) => fs.writeFile(`many/${name}`, name)));
    const listed = await fs.readdir("many");
    return back.length === bytes.length && back.every((b, i) => b === bytes[i]) && listed.join() === names.join();
  });
  expect(ok).toBe(true);
  expect((await shell.run("wc -c < big; ls many | wc -l")).stdout.split(/\s+/).filter(Boolean)).toEqual([String((5 << 20) + 17), "3000"]);
});

test("offsets have 64 bits", async ({ open }) => {
  const shell = await open();
  const run = await shell.run(`truncate -s 5368709120 big && printf end >> big && stat -c %s big && tail -c 5 big | od -c | head -1
    df -h / | tail -1 | tr -s ' ' | cut -d' ' -f3`);
  expect(run.stdout).toMatch(/^5368709123\n0000000 {2}\\0 {2}\\0 {3}e {3}n {3}d\n.+\n$/);
});

test("a folder is listed with all that is below it", async ({ open }) => {
  const shell = await open();
  const seen = await shell.page.evaluate(async () => {
    const { fs } = globalThis.shell;
    await fs.mkdir("/tmp/tree/b/c", { recursive: true });
    for (const name of ["a", "b/d", "b/c/e", "b-"]) await fs.writeFile(`/tmp/tree/${name}`, name);
    await globalThis.shell.run("ln -s b /tmp/tree/l; ln -s . /tmp/tree/b/loop");
    const entries = await fs.readdir("/tmp/tree", { recursive: true, withFileTypes: true });
    const fault = await fs.readdir("/tmp/tree/a", { recursive: true }).then(() => "none", (error) => error.code);
    await fs.rm("/tmp/tree", { recursive: true });
    await fs.mkdir("/tmp/tree");
    return {
      names: await fs.readdir("/tmp/tree", { recursive: true }),
      relative: await fs.mkdir("up/down", { recursive: true }).then(() => fs.readdir("up/", { recursive: true, withFileTypes: true })).then((list) => list.map((e) => [e.parentPath, e.name])),
      entries: entries.map((e) => `${e.parentPath} ${e.name} ${e.type}`),
      fault,
    };
  });
  expect(seen).toEqual({
    names: [],
    relative: [["up/", "down"]],
    entries: ["/tmp/tree a file", "/tmp/tree b directory", "/tmp/tree/b c directory", "/tmp/tree/b/c e file", "/tmp/tree/b d file", "/tmp/tree/b loop symlink", "/tmp/tree b- file", "/tmp/tree l symlink"],
    fault: "ENOTDIR",
  });
  expect(await shell.page.evaluate(async () => {
    const { fs } = globalThis.shell;
    await fs.mkdir("/tmp/n/x/y", { recursive: true });
    return fs.readdir("/tmp/n", { recursive: true });
  })).toEqual(["x", "x/y"]);
});

test("a tree that is deeper than a path is long is listed and removed", async ({ open }) => {
  const shell = await open();
  const made = await shell.run("n=$(printf %0200d 0); mkdir /tmp/deep; cd /tmp/deep; for i in $(seq 60); do mkdir $n && cd -P $n && echo x > file || exit; done");
  expect(made).toEqual({ code: 0, stdout: "", stderr: "" });
  const seen = await shell.page.evaluate(async () => {
    const { fs } = globalThis.shell;
    const list = await fs.readdir("/tmp/deep", { recursive: true });
    // One more than the files that the page may have open at once.
    await Promise.all(Array.from({ length: 129 }, () => fs.readdir("/tmp/deep", { recursive: true })));
    await fs.rm("/tmp/deep", { recursive: true });
    return { count: list.length, longest: Math.max(...list.map((name) => name.length)), left: await fs.readdir("/tmp") };
  });
  expect(seen.count).toBe(120);
  expect(seen.longest).toBe(60 * 201 + 4);
  expect(seen.left).not.toContain("deep");
});
