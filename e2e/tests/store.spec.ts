// Files that last: over a reload, beside another tab, and where nothing can last.
import { prompted } from "../chromium.mjs";
import { expect, ShellPage, test, withoutPrivateFiles } from "../fixtures.ts";

async function again({ page }: ShellPage): Promise<void> {
  await page.reload();
  await prompted(page);
}

/** Writes a file by the page's own call. */
async function writeLast({ page }: ShellPage): Promise<void> {
  await page.evaluate(() => shell.fs.writeFile("last", "the last one"));
}

test("files stay over a reload", async ({ open }) => {
  const shell = await open(undefined, "persist=home");
  const script = "mkdir -p work/deep; echo text > work/deep/file; ln -s file work/deep/link; chmod 600 work/deep/file; touch -d 2001-02-03T04:05:06Z work/deep/file; echo gone > /tmp/file";
  expect(await shell.run(script)).toEqual({ code: 0, stdout: "", stderr: "" });
  const look = "ls -lR --full-time work; cat work/deep/link; ls /tmp; mount | grep /home";
  const before = await shell.run(`rm /tmp/file; ${look}`);
  expect(before.stdout).toContain("home on /home type opfs");
  await again(shell);
  expect(await shell.run(look)).toEqual(before);
  expect(await shell.screen()).not.toContain("/home is in memory");
});

test("a second tab is told, and the first tab's files are safe", async ({ open }) => {
  const first = await open(undefined, "persist=home");
  await first.run("echo first > file");
  const second = await open(undefined, "persist=home");
  await second.seen("/home is in memory here and will not be kept: another tab has its files open.");
  expect((await second.run("ls; echo second > file; mount | grep -c /home")).stdout).toBe("bin\n0\n");
  await again(first);
  expect((await first.run("cat file")).stdout).toBe("first\n");
  await first.page.close();
  await again(second);
  expect((await second.run("cat file")).stdout).toBe("first\n");
});

test("several shells on one page share nothing and say nothing", async ({ context, site, watch }) => {
  site.pages.set("/several.html", {
    html: `<!doctype html><script type="module" src="bushel.js"></script>
      <bushel-shell id="a"></bushel-shell><bushel-shell id="b"></bushel-shell>
      <bushel-shell id="c" persist="mine"></bushel-shell><bushel-shell id="d" persist="none"></bushel-shell>`,
  });
  const page = await context.newPage();
  watch(page);
  await page.goto(`${site.url}several.html`);
  const mounted = await page.evaluate(async () => {
    const told: string[] = [];
    for (const id of ["a", "b", "c", "d"]) {
      const shell = document.getElementById(id) as HTMLElementTagNameMap["bushel-shell"];
      await shell.ready;
      told.push(`${(await shell.run("mount | grep -o '.* on /home '")).stdout.trim()} ${shell.screen().includes("memory")}`);
    }
    return told;
  });
  expect(mounted).toEqual(["home on /home false", " false", "mine on /home false", " false"]);
});

test("df tells what of the quota is used", async ({ open }) => {
  const shell = await open(undefined, "persist=home");
  const used = async () => Number((await shell.run("df /home | tail -1")).stdout.trim().split(/\s+/)[2]);
  const before = await used();
  await shell.run("head -c 20971520 /dev/zero > big; sync");
  expect((await used()) - before).toBeGreaterThanOrEqual(20480);
  await shell.run("rm big");
  expect((await used()) - before).toBeLessThan(1024);
});

test("a full disk is ENOSPC and a df that says so, and loses nothing", async ({ open, context, site }) => {
  const shell = await open(undefined, "persist=home");
  const room = async () => Number((await shell.run("df /home | tail -1")).stdout.trim().split(/\s+/)[3]);
  await shell.run("mkdir kept; seq 1000 | split -l 20 - kept/; sha1sum kept/* > sums; sync");
  const browser = await context.newCDPSession(shell.page);
  await browser.send("Storage.overrideQuotaForOrigin", { origin: new URL(site.url).origin, quotaSize: 12_000_000 });
  expect(await shell.run("head -c 30000000 /dev/zero > big")).toEqual({ code: 1, stdout: "", stderr: "head: write error: no space left on device\n" });
  expect(await room()).toBeLessThan(2048);
  expect((await shell.run("sha1sum -c sums | grep -cv OK; mv kept/aa kept/ab; rm kept/ac; echo over > kept/ad; cat kept/ad")).stdout).toBe("0\nover\n");
  await shell.run("truncate -s 1M big; echo more > more");
  expect(await room()).toBeGreaterThan(4096);
  await again(shell);
  expect((await shell.run("cat more kept/ad; ls kept | wc -l; sha1sum -c sums 2>/dev/null | grep -c OK")).stdout).toBe("more\nover\n48\n46\n");
});

test("a store is mounted by its name, by one at a time", async ({ open }) => {
  const shell = await open(undefined, "persist=none");
  const result = await shell.run("mkdir m n; mount -t opfs other m && echo text > m/f && umount m && ls m && mount -t opfs other m && cat m/f; mount -t opfs other n; mount -t opfs ../x n");
  expect(result.stdout).toBe("text\n");
  expect(result.stderr).toContain("another tab has this store open");
  expect(result.stderr).toContain("is no name of a store");
});

test("where there is no private file system, files stay in IndexedDB", async ({ open, context }) => {
  await withoutPrivateFiles(context);
  const shell = await open(undefined, "persist=home");
  expect((await shell.run("mount | grep -o 'home on /home type [a-z]*'")).stdout).toBe("home on /home type idb\n");
  await shell.run("seq 100000 > numbers; sync numbers; mkdir d; mv numbers d; ln -s d/numbers link");
  await writeLast(shell);
  await again(shell);
  expect((await shell.run("wc -l < link; cat last; rm -r d; ls")).stdout).toBe("100000\nthe last onebin\nlast\nlink\n");
});

/** Leaves the shell's page, and changes the bytes of its store, by a page of the same origin. */
async function changeStore({ page }: ShellPage, url: string, change: "first record" | "all"): Promise<void> {
  await page.goto(`${url}icon.svg`);
  await page.evaluate(async (what) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("bushel");
    const handle = await folder.getFileHandle("home.store");
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    // The second block has the superblock, which says where the log is.
    if (what === "first record") bytes[new DataView(bytes.buffer).getUint32(4096 + 32, true) * 4096 + 15]! ^= 1;
    const out = await handle.createWritable();
    await out.write(what === "all" ? "" : bytes);
    await out.close();
  }, change);
}

test("of a damaged store is shown what is good, and it is left as it is", async ({ open, site }) => {
  const shell = await open(undefined, "persist=home");
  const address = shell.page.url();
  await shell.run("mkdir work; seq 20000 > work/numbers; sync");
  await changeStore(shell, site.url, "first record");
  for (let i = 0; i < 2; i++) {
    await shell.page.goto(address);
    await prompted(shell.page);
    await shell.seen("/home is in memory and will not be kept: the store is damaged");
    const { code, stdout, stderr } = await shell.run("mkdir m; mount -t opfs -o ro home m; wc -l m/user/work/numbers; touch m/new; mount | grep -c 'home on .* type opfs (ro)'; dmesg | grep -c 'record of its log is lost'");
    expect(stdout).toBe("20000 m/user/work/numbers\n1\n1\n");
    expect(stderr).toContain("mount: m: the store is damaged and shown as far as it is good: 1 record of its log is lost\n");
    expect(stderr).toContain("read-only");
    expect(code).toBe(0);
  }
  expect((await shell.run("mount -t opfs -o ro none m")).stderr).toContain("there is no store of this name");
});

test("a store that something has emptied is told of", async ({ open, site }) => {
  const shell = await open(undefined, "persist=home");
  const address = shell.page.url();
  await shell.run("echo text > file; sync");
  await changeStore(shell, site.url, "all");
  await shell.page.goto(address);
  await prompted(shell.page);
  await shell.seen("the store was there with nothing in it, so it begins anew");
  await shell.page.goto(address);
  await prompted(shell.page);
  expect(await shell.screen()).not.toContain("begins anew");
});
