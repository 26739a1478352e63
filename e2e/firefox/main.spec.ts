// The main roads, in Firefox.
import { engines } from "../fixtures.ts";
import { expect, install, run, test } from "./firefox.ts";

test("the page comes to a prompt without any header", async ({ open }) => {
  const page = await open();
  expect(await page.evaluate(() => [crossOriginIsolated, shell.state])).toEqual([false, "ready"]);
});

test("lines are run, with input, output and codes", async ({ open }) => {
  const page = await open();
  const results = await page.evaluate(async () => {
    const all = [];
    for (const [line, stdin] of [["echo out; echo err >&2; exit 7"], ["sort | head -2", "c\nb\na\n"], ["yes | head -3"], ["sleep 60"]]) {
      const { code, stdout, stderr } = await shell.run(line!, line === "sleep 60" ? { timeout: 200 } : { stdin: stdin ?? "" });
      all.push([code, stdout, stderr]);
    }
    return all;
  });
  expect(results).toEqual([
    [7, "out\n", "err\n"],
    [0, "a\nb\n", ""],
    [0, "y\ny\ny\n", ""],
    [124, "", ""],
  ]);
});

test("what is typed is run, and Ctrl-C ends it", async ({ open }) => {
  const page = await open();
  await page.evaluate(() => shell.type("echo in $((40 + 2)) fires\n"));
  await page.waitForFunction(() => /^in 42 fires$/m.test(shell.screen()));
  await page.evaluate(() => shell.type("sleep 60\n"));
  await page.waitForFunction(() => shell.state === "running");
  await page.evaluate(() => shell.press("Control+C"));
  await page.waitForFunction(() => shell.state === "ready");
});

test("a stream goes from guest to guest past the kernel, and ends with its writer", async ({ open }) => {
  const page = await open();
  await install(page, "stream-c");
  const lines = [
    "stream-c pour 8000000 | stream-c check",
    "stream-c pour 1000000000 | stream-c take 2000000",
    `stream-c tell /tmp/told 2000000 | stream-c check > /tmp/said & until [ -e /tmp/told ]; do sleep 0.05; done
     read number writer reader < /proc/joined; kill -9 $writer; wait $!; cat /tmp/said /proc/joined`,
  ];
  const outputs = [];
  for (const line of lines) outputs.push((await run(page, line, { timeout: 15_000 })).stdout);
  expect(outputs).toEqual(["8000000 bytes\n", "2000000 bytes\n", "2000000 bytes\n"]);
});

for (const engine of engines) {
  for (const name of ["hello-c", "hello-go", "hello-js", "ask-c", "cat-c"]) {
    test(`the guest ${name} runs on ${engine}`, async ({ open }) => {
      const page = await open(engine);
      await install(page, name);
      const result = await run(page, name, { stdin: "Ada\n" });
      expect(result).toMatchObject({ code: 0, stderr: "" });
      expect(result.stdout).toMatch(/hello|Ada/i);
    });
  }
}

test("archives are mounted, and files go in and out", async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    // What a user's hand would do with the browser's own windows.
    HTMLInputElement.prototype.click = function () {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(700_000).fill(7)], "seven"));
      this.files = data.files;
      this.dispatchEvent(new Event("change"));
    };
    let saved: Promise<Blob> | undefined;
    HTMLAnchorElement.prototype.click = function () {
      saved = fetch(this.href).then((response) => response.blob());
    };
    const button = async (label: string): Promise<void> => {
      for (;;) {
        const found = [...shell.shadowRoot!.querySelectorAll("button")].find((b) => b.textContent === label);
        if (found) return found.click();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const upload = shell.run("mkdir -p /tmp/u m && upload /tmp/u && wc -c < /tmp/u/seven");
    await button("Choose files");
    const up = await upload;
    const down = await shell.run("ln -s seven /tmp/u/link; download /tmp/u");
    await shell.fs.writeFile("back.zip", (await saved!) as Blob);
    const back = await shell.run("mount back.zip m && ls m/u && wc -c < m/u/link && umount m && tar czf t.tgz -C /tmp u && mount t.tgz m && wc -c < m/u/link");
    const local = await shell.run("mount -t local - m");
    return [up.stdout, down.code, back.stdout, local.stderr];
  });
  expect(seen).toEqual([
    "1 files, 700000 bytes\n700000\n", 0, "link\nseven\n700000\n700000\n",
    "mount: m: this browser does not let pages open folders of the disk: upload copies files, and Chromium can do it\n",
  ]);
});

test("files stay over a reload", async ({ open }) => {
  const page = await open();
  const script = "mkdir d; seq 100000 > d/numbers; ln -s d/numbers link; sync link; mount | grep -c ' on /home type opfs'";
  expect(await page.evaluate(async (script) => (await shell.run(script)).stdout, script)).toBe("1\n");
  await page.reload();
  await page.waitForFunction(() => globalThis.shell?.state === "ready");
  expect(await page.evaluate(async () => (await shell.run("wc -l < link; ls -d bin d link")).stdout)).toBe("100000\nbin\nd\nlink\n");
});
