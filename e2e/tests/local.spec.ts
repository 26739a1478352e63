// A folder of the user's disk. A picker cannot be driven from here: it is given a folder
// of the browser's own, whose handles are the same.
import { expect, type ShellPage, test } from "../fixtures.ts";

async function withPicker(shell: ShellPage): Promise<void> {
  await shell.page.evaluate(async () => {
    const top = await navigator.storage.getDirectory();
    const folder = await top.getDirectoryHandle("picked", { create: true });
    const sub = await folder.getDirectoryHandle("sub", { create: true });
    const file = await (await sub.getFileHandle("file", { create: true })).createWritable();
    await file.write("from the disk\n");
    await file.close();
    Object.assign(globalThis, { showDirectoryPicker: async () => folder });
  });
}

/** What is on the disk, as the browser sees it. */
async function onDisk(shell: ShellPage, path: string): Promise<string> {
  return shell.page.evaluate(async (path) => {
    let dir = await (await navigator.storage.getDirectory()).getDirectoryHandle("picked");
    const names = path.split("/");
    for (const name of names.slice(0, -1)) dir = await dir.getDirectoryHandle(name);
    return (await (await dir.getFileHandle(names.at(-1)!)).getFile()).text();
  }, path);
}

test("a folder of the disk is picked, read and written", async ({ open }) => {
  const shell = await open();
  await withPicker(shell);
  await shell.type("clear; mkdir -p /mnt/disk; mount -t local - /mnt/disk; echo code $?\n");
  await shell.page.getByRole("button", { name: "Choose a folder" }).click();
  await shell.seen("code 0");
  const run = await shell.run(`cd /mnt/disk; ls; cat sub/file; echo new > new; echo more >> new; cat new
    mkdir -p a/b; cp sub/file a/b/copy; mv a/b/copy a/b/moved; mv a/b c; cat c/moved; rmdir a; ls
    printf x > sparse; truncate -s 10 sparse; stat -c %s sparse; printf 'é' > 'ünï code'; rm sub/file; rmdir sub; ls
    ln -s new link; cat none; rmdir c; mkdir new; mount -t local`);
  expect(run.stdout).toBe(
    "sub\nfrom the disk\nnew\nmore\nfrom the disk\nc\nnew\nsub\n10\nc\nnew\nsparse\nünï code\n- on /mnt/disk type local (rw)\n",
  );
  expect(run.stderr).toContain("browsers know none");
  expect(run.stderr).toContain("cat: none: no such file or directory");
  expect(run.stderr).toContain("rmdir: c: directory not empty");
  expect(run.stderr).toContain("file exists");
  await expect.poll(() => onDisk(shell, "new")).toBe("new\nmore\n");
  expect(await onDisk(shell, "c/moved")).toBe("from the disk\n");
  expect((await shell.run("umount /mnt/disk; ls /mnt/disk")).stdout).toBe("");
});

test("a folder that is not picked is not mounted", async ({ open }) => {
  const shell = await open();
  await withPicker(shell);
  await shell.type("clear; mkdir -p /mnt/disk; mount -t local - /mnt/disk; echo code $?\n");
  await shell.page.getByRole("button", { name: "Cancel" }).click();
  await shell.seen(/no folder was chosen\s+code 1/);
  await shell.page.evaluate(() => Object.assign(globalThis, { showDirectoryPicker: undefined }));
  expect((await shell.run("mount -t local - /mnt/disk")).stderr).toContain("this browser does not let pages open folders of the disk");
});

test("what the disk refuses at the end is told, and nothing is lost by it", async ({ open, context }) => {
  // As on a disk that is full, or whose right has been taken back: it is known when a file is put in its place.
  await context.route("**/kernel-worker.js", async (route) => {
    const response = await route.fetch();
    const refusing = `{
      const { close } = FileSystemWritableFileStream.prototype;
      const refusal = new BroadcastChannel("refusal");
      let name = "";
      refusal.onmessage = ({ data }) => { name = data; refusal.postMessage("noted"); };
      FileSystemWritableFileStream.prototype.close = async function () {
        if (!name) return close.call(this);
        await this.abort();
        throw new DOMException("refused", name);
      };
    }`;
    await route.fulfill({ response, body: refusing + (await response.text()) });
  });
  const shell = await open();
  await withPicker(shell);
  await shell.install("cat-c");
  await shell.type("clear; mkdir -p /mnt/disk; mount -t local - /mnt/disk; echo code $?\n");
  await shell.page.getByRole("button", { name: "Choose a folder" }).click();
  await shell.seen("code 0");
  const refuse = (name: string) =>
    shell.page.evaluate(
      (name) =>
        new Promise<void>((resolve) => {
          const refusal = new BroadcastChannel("refusal");
          refusal.onmessage = () => {
            refusal.close();
            resolve();
          };
          refusal.postMessage(name);
        }),
      name,
    );
  await shell.run("cd /mnt/disk; echo old > old; echo mine > /tmp/mine; seq 1000 > /tmp/numbers");
  await refuse("QuotaExceededError");
  const full = await shell.run(`cd /mnt/disk; echo new > old; echo $?; cp /tmp/mine copy; echo $?; mv /tmp/mine moved; echo $?
    echo x | tee teed; echo $?; gzip -c /tmp/numbers > packed; echo $?; cat-c /tmp/numbers > fromguest; echo $?; cat old /tmp/mine; rm old; echo $?`);
  expect(full.stdout).toBe("1\n1\n1\nx\n1\n1\n1\nold\nmine\n0\n");
  expect(full.stderr.trim().split("\n")).toEqual([
    "sh: write error: no space left on device",
    expect.stringMatching(/^cp: .*no space left on device$/),
    expect.stringMatching(/^mv: .*no space left on device$/),
    "tee: teed: no space left on device",
    "sh: write error: no space left on device",
    "sh: write error: no space left on device",
  ]);
  await refuse("NotAllowedError");
  expect((await shell.run("cd /mnt/disk; echo new > new")).stderr).toContain("the browser does not allow it");
  await refuse("");
  expect(await shell.run("cd /mnt/disk; echo new > new && cp /tmp/mine copy && mv /tmp/mine moved && cat new copy moved")).toMatchObject({ code: 0, stdout: "new\nmine\nmine\n", stderr: "" });
});
