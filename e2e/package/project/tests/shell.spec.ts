// What somebody's own tests look like, by the helpers of the package.
import { expect, test } from "bushel/playwright";

declare global {
  function sorted(path: string): Promise<string>;
}

test("a page that Vite has built runs its shell", async ({ page, shell }) => {
  await page.goto("/");
  await shell.waitForPrompt();
  const { stdout } = await shell.run("sort names.txt");
  expect(stdout).toBe("Ada\nBob\n");
  await expect(shell).toHaveExitCode(0);
  await expect(shell).toHaveOutput("Ada\nBob\n");
  await expect(shell).toHaveOutput(/^Ada$/m);
  await expect(shell).not.toHaveOutput("Bob");
  expect(await page.evaluate(() => sorted("names.txt"))).toBe("Ada\nBob\n8");
});

test("commands are typed, and their codes and the screen are waited for", async ({ page, shell }) => {
  await page.goto("/");
  await shell.writeFile("bin/late", "#!/bin/sh\nread x; echo got $x; exit 3\n");
  expect(await shell.enter("false")).toMatchObject({ line: "false", code: 1 });
  await expect(shell).toHaveExitCode(1);
  await shell.type("true\nsh bin/late\n");
  await expect.poll(() => shell.state()).toBe("running");
  await shell.type("it\n");
  await expect(shell).toHaveExitCode(3);
  await expect(shell).toHaveScreen("got it");
  await expect(shell).toHaveScreen(/^got it$/m);
  await expect(shell).not.toHaveScreen("got nothing");
  await expect(page.locator("output")).toHaveText("sh bin/late: 3");
  await shell.type("sleep 60\n");
  await expect.poll(() => shell.state()).toBe("running");
  await shell.press("Control+C");
  await expect(shell).toHaveExitCode(130);
  expect(await shell.readFile("names.txt")).toBe("Bob\nAda\n");
});

test("a matcher that does not hold says what there is", async ({ page, shell }) => {
  await page.goto("/");
  await shell.run("exit 4");
  const failure = await expect(shell).toHaveExitCode(0, { timeout: 100 }).catch((error: Error) => error.message);
  expect(failure).toContain("Received: ");
  expect(failure).toMatch(/4/);
  await expect(expect(shell).not.toHaveExitCode(4, { timeout: 100 })).rejects.toThrow("toHaveExitCode");
  await expect(expect(shell).toHaveScreen("nowhere", { timeout: 100 })).rejects.toThrow("nowhere");
  await expect(expect(shell).toHaveOutput("x", { timeout: 100 })).rejects.toThrow("toHaveOutput");
});

test("all that the scripts of the package name is in it", async ({ page, shellOf }) => {
  const missing: string[] = [];
  page.on("response", (response) => response.status() >= 400 && missing.push(response.url()));
  await page.goto("/cdn");
  const shell = shellOf(page.locator("bushel-shell"));
  await shell.waitForPrompt();
  expect((await shell.run("not-there")).code).toBe(127); // which asks the catalogue
  const named = await page.evaluate(async () => {
    const { src } = document.querySelector<HTMLScriptElement>("script[src]")!;
    const names = [...(await (await fetch(src)).text()).matchAll(/["'`]\.\/([\w-]+\.(?:js|wasm))["'`]/g)].map(([, name]) => name!);
    await Promise.all(names.map((name) => fetch(new URL(name, src))));
    return names;
  });
  expect(named).toEqual(expect.arrayContaining(["kernel-worker.js", "process-worker.js", "player.js", "terminal.js", "kernel.wasm", "process.wasm", "interp.wasm"]));
  expect(missing).toEqual([]);
});

test("the package's files work from another origin, as from a CDN, with their hashes", async ({ page, shellOf }) => {
  await page.goto("/cdn");
  const shell = shellOf(page.locator("bushel-shell"));
  await shell.waitForPrompt();
  expect((await shell.run("echo far")).stdout).toBe("far\n");
  const told = page.waitForEvent("console", (message) => /integrity/.test(message.text()));
  await page.goto("/wrong");
  await told;
  await expect(page.getByText("the rest of the page")).toBeVisible();
  await expect(page.getByText("printed output")).toBeVisible();
});
