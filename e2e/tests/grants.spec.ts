// What programs may use: by the page's policy, by the user's word, and what is logged of it.
import { serveEcho } from "../echo.ts";
import { expect, onBothEngines, test, type ShellPage } from "../fixtures.ts";
import type { BushelShell } from "../../web/ts/bushel.ts";

/** A second shell in the page, with those attributes, at its prompt. */
async function another({ page }: ShellPage, attributes: Record<string, string>): Promise<void> {
  await page.evaluate(async (attributes) => {
    document.querySelectorAll("bushel-shell.another").forEach((element) => element.remove());
    const element = document.createElement("bushel-shell") as BushelShell;
    element.className = "another";
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.body.append(element);
    await element.ready;
  }, attributes);
}

/** Runs a line in that shell. */
async function runThere({ page }: ShellPage, line: string): Promise<string> {
  return page.evaluate(async (line) => {
    const { stdout, stderr } = await (document.querySelector("bushel-shell.another") as BushelShell).run(line);
    return stdout + stderr;
  }, line);
}

/** Types into that shell's terminal, and waits for what it shows then. */
async function typeThere({ page }: ShellPage, text: string, shows: RegExp): Promise<void> {
  await page.evaluate((text) => (document.querySelector("bushel-shell.another") as BushelShell).type(text), text);
  await expect.poll(() => page.evaluate(() => (document.querySelector("bushel-shell.another") as BushelShell).screen())).toMatch(shows);
}

test("the page's policy holds for sockets and mounts, whatever the user says", async ({ open }) => {
  const shell = await open();
  await another(shell, { policy: '{"net:evil.example": "deny", "tcp:localhost:81": "deny"}' });
  expect(await runThere(shell, "bus grants allow tcp net; nc localhost 81; nc localhost 82")).toBe(
    "nc: connect to localhost port 81: the grant tcp:localhost is missing: the page says deny for tcp:localhost:81, which its policy can change\n" +
      "nc: connect to localhost port 82: connection refused\n",
  );
  expect(await runThere(shell, "mkdir m; mount -t http https://evil.example/x m")).toContain("the grant mount:evil.example is missing: the page says deny");
  expect(await runThere(shell, `bus call os http.fetch '{"request":{"url":"https://evil.example/x"}}'`)).toBe(
    "bus: permission_denied: the grant http:evil.example is missing: the page says deny for net:evil.example, which its policy can change\n",
  );
  expect(await runThere(shell, "log --level warn | grep -c 'a grant is missing'")).toBe("3\n");
});

test("ask asks in the terminal, once, and remembers", async ({ open }) => {
  const shell = await open();
  await another(shell, { policy: '{"tcp": "ask"}' });
  expect(await runThere(shell, "nc localhost 9")).toContain("there is no terminal to ask at; give it with: bus grants allow 'tcp:localhost'");
  await typeThere(shell, "nc localhost 9\n", /may nc use tcp:localhost\? It will be remembered\. \[yes\/no\]/);
  await typeThere(shell, "yes\n", /yes\s+nc: connect to localhost port 9: connection refused/);
  expect(await runThere(shell, "nc localhost 10; bus grants")).toMatch(/^ask +tcp +page\nallow +tcp:localhost +user\nnc: .*refused\n$/);
});

test("the user's grants last with the shell's files", async ({ open }) => {
  const shell = await open();
  await another(shell, { persist: "kept" });
  expect(await runThere(shell, "bus grants deny tcp; find /home /etc -name '*grants*'")).toBe("");
  await another(shell, { persist: "kept" });
  expect(await runThere(shell, "bus grants; bus grants forget tcp")).toMatch(/^deny +tcp +user\n$/);
  await another(shell, { persist: "none" });
  expect(await runThere(shell, "bus grants deny tcp")).toBe("");
  await another(shell, { persist: "none" });
  expect(await runThere(shell, "bus grants")).toBe("");
});

test("a policy that makes no sense keeps the shell from starting", async ({ open }) => {
  const { page } = await open();
  const error = await page.evaluate(async () => {
    const element = document.createElement("bushel-shell") as typeof shell;
    element.policy = { "http:a b": "deny" };
    document.body.append(element);
    const { code, cause } = await element.ready.then(() => ({}), (error) => error);
    return { code, cause };
  });
  expect(error).toEqual({ code: "policy", cause: '"http:a b" is no pattern: they are written as in http:*.example.com' });
});

test("the log goes to the console if it is asked to", async ({ open }) => {
  const shell = await open();
  const said: string[] = [];
  shell.page.on("console", (message) => said.push(`${message.type()} ${message.text()}`));
  await another(shell, { log: "info" });
  expect(await runThere(shell, "mkdir m; mount -t tmp one m; log --console off; umount m; mount -t tmp two m; dmesg | tail -1")).toContain("source=two");
  await expect.poll(() => said.join("\n")).toMatch(/^info bushel: mount\[\d+\]: mounted path=m type=tmp source=one$/);
});

onBothEngines("a guest is run with some grants only", async (shell) => {
  test.slow();
  const echo = await serveEcho();
  await shell.install("get-go", "count-go", "counter-go");
  const { stdout, stderr } = await shell.run(`
    run --grant none get-go ${echo.http}/hello; run --grant http:localhost get-go ${echo.http}/hello 2>&1; echo
    run --grant http count-go counter-go 2>&1 | head -n 1`, { timeout: 60_000 });
  await echo.close();
  const missing = (grant: string) => `the grant ${grant} is missing: the program was started without it: give it with: run --grant '${grant}'`;
  expect(stderr).toBe(`get: permission_denied: ${missing("http:localhost")}\n`);
  expect(stdout).toContain("GET hello\n");
  expect(stdout).toContain(missing("bus:counter-go"));
});
