// What an element's shell begins with: files, a line, a prompt, a text above it.
import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { findGuest } from "../guests.ts";

const html = (attributes: string, children = "") =>
  `<!doctype html><script type="module" src="bushel.js"></script><p>the rest</p><bushel-shell persist="none" ${attributes}>${children}</bushel-shell>`;

test("files come with the element, as children and in archives", async ({ open, context, site, watch }) => {
  const made = await (await open()).run(
    "mkdir -p /tmp/t/src && cd /tmp/t && echo deep >src/x && echo '#!/bin/sh' >run && chmod 755 run && tar czf /tmp/a.tgz . && zip -qr /tmp/a.zip . && base64 -w0 /tmp/a.tgz && echo && base64 -w0 /tmp/a.zip",
  );
  expect(made.stderr).toBe("");
  const [tgz, zip] = made.stdout.split("\n").map((line) => Buffer.from(line, "base64"));
  for (const [name, body] of [["a.tgz", tgz!], ["a.zip", zip!]] as const) {
    const page = await context.newPage();
    watch(page);
    await page.route("**/a.*", (route) => route.fulfill({ body, contentType: "application/octet-stream" }));
    await page.route("**/far.txt", (route) => route.fulfill({ body: "far\n" }));
    const children = `
      <bushel-file path="src/main.py">
        def f():
            return 1
      </bushel-file>
      <bushel-file path="/etc/tool" mode="755" src="far.txt"></bushel-file>
      <bushel-file path="src/x">not this</bushel-file>`;
    site.pages.set("/files", { html: html(`files="${name}"`, children) });
    await page.goto(`${site.url}files`);
    await page.waitForSelector("bushel-shell[state=ready]");
    const { stdout } = await page.evaluate(() =>
      document.querySelector("bushel-shell")!.run("cat src/main.py src/x /etc/tool; stat -c %a run /etc/tool; ls -A /tmp"),
    );
    expect(stdout, name).toBe("def f():\n    return 1\ndeep\nfar\n755\n755\n");
    await page.close();
  }
});

test("a line runs before the first prompt, below a welcome", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  const children = `<bushel-file path="project/a">a</bushel-file>`;
  site.pages.set("/init", {
    html: html(`init="cd project; export GREETING=hi; echo prepared" prompt="doc$ " welcome="Welcome&#10;reader"`, children),
  });
  await page.goto(`${site.url}init`);
  await page.waitForSelector("bushel-shell[state=ready]");
  const screen = () => page.evaluate(() => document.querySelector("bushel-shell")!.screen());
  expect(await screen()).toMatch(/^Welcome\nreader\nprepared\ndoc\$ ?$/);
  await page.evaluate(() => document.querySelector("bushel-shell")!.type("ls; echo $GREETING; sh -c 'echo $ENV.'\n"));
  await expect.poll(screen).toMatch(/^a\nhi\n\.\ndoc\$ ?$/m);
});

test("a shell that is readonly takes no keys but those of its page", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/readonly", { html: html("readonly") });
  await page.goto(`${site.url}readonly`);
  await page.waitForSelector("bushel-shell[state=ready]");
  await page.evaluate(() => document.querySelector("bushel-shell")!.focus());
  await page.keyboard.type("echo no\n");
  await page.evaluate(() => document.querySelector("bushel-shell")!.type("echo yes\n"));
  const screen = () => page.evaluate(() => document.querySelector("bushel-shell")!.screen());
  await expect.poll(screen).toMatch(/^yes$/m);
  expect(await screen()).not.toContain("no");
  await page.evaluate(() => (document.querySelector("bushel-shell")!.readonly = false));
  await page.keyboard.type("echo now\n");
  await expect.poll(screen).toMatch(/^now$/m);
});

const wrong: { name: string; attributes: string; children?: string; says: RegExp }[] = [
  { name: "an archive that is not there", attributes: 'files="nowhere.tar"', says: /nowhere\.tar: The server answered 404/ },
  { name: "an archive that is none", attributes: 'files="bushel.js"', says: /bushel\.js: tar: / },
  { name: "a file that is not there", attributes: "", children: `<bushel-file path="a" src="nowhere.txt"></bushel-file>`, says: /nowhere\.txt: The server answered 404/ },
  { name: "a file without a path", attributes: "", children: "<bushel-file>x</bushel-file>", says: /has no path/ },
  { name: "a mode that is none", attributes: "", children: `<bushel-file path="a" mode="rwx">x</bushel-file>`, says: /not three octal digits/ },
  { name: "a path below a file", attributes: "", children: `<bushel-file path="/dev/null/x">x</bushel-file>`, says: /\/dev\/null\/x: mkdir/ },
];
for (const { name, attributes, children, says } of wrong) {
  test(`the page says so when it brings ${name}`, async ({ context, site, watch, expectedErrors }) => {
    expectedErrors.push(/404/);
    const page = await context.newPage();
    watch(page);
    site.pages.set("/wrong", { html: html(attributes, children) });
    await page.goto(`${site.url}wrong`);
    await page.waitForSelector("bushel-shell[state=error]");
    await expect(page.getByRole("alert")).toContainText(says);
    await expect(page.getByText("the rest")).toBeVisible();
    const code = await page.evaluate(() => document.querySelector("bushel-shell")!.ready.catch((error) => error.code));
    expect(code).toBe("files");
  });
}

// A catalogue with a program of the examples, at which a test counts and changes what is asked for.
const offer = (page: Page) => {
  const guest = findGuest("hello-c");
  test.skip("missing" in guest, "no guest hello-c");
  const { bytes } = guest as { bytes: Buffer };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const catalog = { packages: [{ name: "hi", url: "examples/hello-c.wasm", sha256, size: bytes.length, about: "greets" }] };
  return page.route("**/catalog.json", (route) => route.fulfill({ json: catalog }));
};

test("packages of the catalogue are there before the first line", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  await offer(page);
  site.pages.set("/packages", { html: html(`packages="hi" init="hi there > said"`) });
  await page.goto(`${site.url}packages`);
  await page.waitForSelector("bushel-shell[state=ready]");
  const { stdout } = await page.evaluate(() => document.querySelector("bushel-shell")!.run("cat said; packages -i | wc -l"));
  expect(stdout).toMatch(/^hello.*\n1\n$/is);
});

test("packages leave the reader's own programs alone, and need no catalogue when they are there", async ({ context, site, watch }) => {
  const load = async () => {
    const page = await context.newPage();
    watch(page);
    site.pages.set("/kept", { html: html(`packages="hi"`).replace('persist="none"', 'persist="packages-kept"') });
    return page;
  };
  const first = await load();
  await offer(first);
  await first.goto(`${site.url}kept`);
  await first.evaluate(() => document.querySelector("bushel-shell")!.run("sync ."));
  await first.close();
  const second = await load();
  await second.route(/catalog\.json|hello-c/, (route) => route.fulfill({ status: 404 }));
  await second.goto(`${site.url}kept`);
  expect(await second.evaluate(() => document.querySelector("bushel-shell")!.run("hi"))).toMatchObject({ code: 0 });
  await second.evaluate(() => document.querySelector("bushel-shell")!.run("uninstall hi; packages -c; echo mine > ~/bin/hi.wasm; sync ~/bin/hi.wasm"));
  await second.close();
  const third = await load();
  await offer(third);
  await third.goto(`${site.url}kept`);
  expect(await third.evaluate(() => document.querySelector("bushel-shell")!.run("cat ~/bin/hi.wasm"))).toMatchObject({ stdout: "mine\n" });
});

test("a package that there is not is told where the terminal would be", async ({ context, site, watch }) => {
  for (const [names, cause] of [
    ["hi hidden", "hidden: the catalogue has no such package; the command packages lists it"],
    ["$(reboot)", "$(reboot): it is no name of a package"],
  ] as const) {
    const page = await context.newPage();
    watch(page);
    await offer(page);
    site.pages.set("/unknown", { html: html(`packages="${names}"`) });
    await page.goto(`${site.url}unknown`);
    await page.waitForSelector("bushel-shell[state=error]");
    const panel = page.locator("bushel-shell [role=alert]");
    await expect(panel).toContainText("A package that this shell brings along could not be installed.");
    await expect(panel).toContainText(cause);
    await expect(page.locator("body > p")).toHaveText("the rest");
    await page.close();
  }
});
