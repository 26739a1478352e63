// Files go in by upload and by drop, and out by download.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import type { Download } from "@playwright/test";
import { expect, type ShellPage, test } from "../fixtures.ts";

/** What the browser has saved. */
async function saved(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

async function inTerminal(shell: ShellPage, line: string): Promise<void> {
  await shell.type(`clear; ${line}\n`);
}

const big = Buffer.alloc(9_000_000);
for (let i = 0; i < big.length; i++) big[i] = (i * 7 + (i >> 10)) & 0xff;

test("upload asks for files and copies them", async ({ open }) => {
  const shell = await open();
  await inTerminal(shell, "mkdir /tmp/u; upload /tmp/u; echo code $?");
  const button = shell.page.getByRole("button", { name: "Choose files" });
  await expect(button).toBeVisible();
  await expect(shell.page.getByText("Files for /tmp/u")).toBeVisible();
  const [chooser] = await Promise.all([shell.page.waitForEvent("filechooser"), button.click()]);
  await chooser.setFiles([
    { name: "big.bin", mimeType: "application/octet-stream", buffer: big },
    { name: "ünï code.txt", mimeType: "text/plain", buffer: Buffer.from("text\n") },
    { name: "run.sh", mimeType: "text/plain", buffer: Buffer.from("#!/bin/sh\necho ran\n") },
    { name: "empty", mimeType: "text/plain", buffer: Buffer.alloc(0) },
  ]);
  await shell.seen("code 0");
  expect(await shell.screen()).toContain("4 files, 9000024 bytes");
  await expect(button).toBeHidden();
  const run = await shell.run("cd /tmp/u; cat 'ünï code.txt'; ./run.sh; stat -c %a run.sh empty; wc -c < big.bin; sha256sum < big.bin");
  const sum = createHash("sha256").update(big).digest("hex");
  expect(run.stdout).toBe(`text\nran\n755\n644\n9000000\n${sum}  -\n`);
});

test("upload replaces nothing unless it is told to, and ends when its user does not want to", async ({ open }) => {
  const shell = await open();
  await shell.run("mkdir /tmp/u; echo old > /tmp/u/x");
  for (const [flags, code, text] of [["", 1, "old\n"], ["-f", 0, "new\n"]] as const) {
    await inTerminal(shell, `upload ${flags} /tmp/u; echo code $?`);
    const [chooser] = await Promise.all([
      shell.page.waitForEvent("filechooser"),
      shell.page.getByRole("button", { name: "Choose files" }).click(),
    ]);
    await chooser.setFiles([{ name: "x", mimeType: "text/plain", buffer: Buffer.from("new\n") }]);
    await shell.seen(`code ${code}`);
    expect((await shell.run("cat /tmp/u/x")).stdout).toBe(text);
  }
  await inTerminal(shell, "upload; echo code $?");
  await shell.page.getByRole("button", { name: "Cancel" }).click();
  await shell.seen(/nothing was chosen\s+code 1/);
  await inTerminal(shell, "upload; echo code $?");
  await expect(shell.page.getByRole("button", { name: "Cancel" })).toBeVisible();
  await shell.press("Control+C");
  await expect(shell.page.getByRole("button", { name: "Cancel" })).toBeHidden();
  await shell.seen("code 130");
});

test("upload takes a folder with all in it", async ({ open }, info) => {
  const shell = await open();
  const folder = info.outputPath("folder");
  await mkdir(`${folder}/deep/er`, { recursive: true });
  await writeFile(`${folder}/a`, "a\n");
  await writeFile(`${folder}/deep/er/b`, "b\n");
  await inTerminal(shell, "mkdir /tmp/u; upload /tmp/u; echo code $?");
  const [chooser] = await Promise.all([
    shell.page.waitForEvent("filechooser"),
    shell.page.getByRole("button", { name: "Choose a folder" }).click(),
  ]);
  await chooser.setFiles(folder);
  await shell.seen("code 0");
  expect((await shell.run("cd /tmp/u; find . -type f | sort; cat folder/deep/er/b")).stdout).toBe("./folder/a\n./folder/deep/er/b\nb\n");
});

test("download has the browser save a file as it is", async ({ open }) => {
  const shell = await open();
  await shell.write("big.bin", big);
  const [download] = await Promise.all([shell.page.waitForEvent("download"), inTerminal(shell, "download big.bin; echo code $?")]);
  expect(download.suggestedFilename()).toBe("big.bin");
  expect((await saved(download)).equals(big)).toBe(true);
  await shell.seen("code 0");
  expect((await shell.run("download none")).stderr).toBe("download: none: no such file or directory\n");
});

test("download makes several files and directories one zip, which comes back as it was", async ({ open }) => {
  const shell = await open();
  await shell.run("mkdir -p d/e; echo one > d/one; chmod 640 d/one; touch -d 2024-05-06T07:08:10Z d/one; ln -s one d/link; echo two > two");
  const [download] = await Promise.all([shell.page.waitForEvent("download"), inTerminal(shell, "download d two; echo code $?")]);
  expect(download.suggestedFilename()).toBe("files.zip");
  await shell.seen("code 0");
  await shell.write("back.zip", await saved(download));
  const run = await shell.run("mkdir m; mount back.zip m; cd m; find . | sort; cat two d/link; stat -c '%a %Y' d/one");
  expect(run.stdout).toBe(".\n./d\n./d/e\n./d/link\n./d/one\n./two\ntwo\none\n640 1714979290\n");
});

test("a dropped folder keeps its files and folders", async ({ open }) => {
  const shell = await open();
  await shell.type("mkdir /tmp/drop; cd /tmp/drop\n");
  // The prompt of that folder comes after the mark that tells the page of it.
  await shell.seen(/^\/tmp\/drop\W*$/m);
  // A script cannot make an entry of a disk: the event is given some that behave like it.
  await shell.page.evaluate(() => {
    const file = (fullPath: string, text: string) => ({
      isDirectory: false, fullPath, file: (done: (f: File) => void) => done(new File([text], fullPath.split("/").pop()!)),
    });
    const folder = (fullPath: string, list: unknown[]) => ({
      isDirectory: true, fullPath,
      createReader: () => {
        const rest = [...list];
        return { readEntries: (done: (some: unknown[]) => void) => done(rest.splice(0, 2)) };
      },
    });
    const top = folder("/top", [file("/top/a", "a"), file("/top/b", "b"), file("/top/c", "c"), folder("/top/sub", [file("/top/sub/d", "d")]), folder("/top/empty", [])]);
    const data = {
      types: ["Files"],
      items: [
        { kind: "file", webkitGetAsEntry: () => top },
        { kind: "file", webkitGetAsEntry: () => null, getAsFile: () => new File(["x"], "x") },
        { kind: "file", webkitGetAsEntry: () => null, getAsFile: () => new File(["x"], "..") },
      ],
    };
    const event = new DragEvent("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(event, "dataTransfer", { value: data });
    globalThis.shell.dispatchEvent(event);
  });
  const notice = () => shell.page.evaluate(() => globalThis.shell.shadowRoot!.querySelector(".notice")!.textContent);
  await expect.poll(notice).toBe("6 files are now in /tmp/drop; ..: that is no name for a file here");
  expect((await shell.run("cd /tmp/drop; find . | sort; cat top/sub/d")).stdout).toBe(
    ".\n./top\n./top/a\n./top/b\n./top/c\n./top/empty\n./top/sub\n./top/sub/d\n./x\nd",
  );
});
