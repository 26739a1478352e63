// A browser has addresses for so many memories of a page. A program for which there is no
// room waits for a while, and spare workers are ended for it.
import { expect, test, type ShellPage } from "../fixtures.ts";

test("a program finds room where spare workers had theirs", async ({ open }) => {
  const shell = await open();
  await shell.install("hello-c");
  await shell.run("hello-c"); // the spares are there
  await fill(shell);
  expect(await shell.run("hello-c")).toMatchObject({ code: 0, stderr: "" });
});

test("a program without room says so, and the shell goes on", async ({ open }) => {
  const shell = await open();
  await shell.install("nap-c");
  await shell.run("nap-c 1");
  await fill(shell);
  // More than there are spare workers: some of them find no room, and end first.
  const first = await shell.page.evaluate(async () => {
    const naps = await Promise.all(Array.from({ length: 8 }, () => globalThis.shell.spawn("nap-c 1000000")));
    return Promise.race(naps.map(async ({ exit, stderr }) => ({ code: await exit, stderr: await new Response(stderr).text() })));
  });
  expect(first).toEqual({
    code: 126,
    stderr: "nap-c: cannot be started: the page has no room for the memory of another program: end some of them, or reload the page\n",
  });
  expect(await shell.run("echo on")).toMatchObject({ code: 0, stdout: "on\n" });
});

// Takes all the room, with memories that are kept.
async function fill(shell: ShellPage): Promise<void> {
  const most = 4096;
  const count = await shell.page.evaluate((most) => {
    const kept: WebAssembly.Memory[] = ((globalThis as { kept?: WebAssembly.Memory[] }).kept ??= []);
    try {
      while (kept.length < most) kept.push(new WebAssembly.Memory({ initial: 1 }));
    } catch {}
    return kept.length;
  }, most);
  test.skip(count === most, "this browser has room for any number of memories");
}
