// What people need who do not see the screen, use no mouse, or set their own colours.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.flat().join(" ")}: ${node.failureSummary}`));
}

const html = (body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>a page</title><meta name="color-scheme" content="light dark">
<script type="module" src="bushel.js"></script><main><h1>a page</h1>${body}</main></html>`;

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing on the index page", async ({ open }) => {
      const shell = await open();
      await shell.type("ls /; ls /nowhere; printf '\\033[31mred \\033[34mblue \\033[90mgrey\\033[0m\\n'\n");
      await shell.seen("grey");
      expect(await violations(shell.page)).toEqual([]);
    });

    test("axe finds nothing on shells in all states", async ({ context, site, watch }) => {
      const page = await context.newPage();
      watch(page);
      site.pages.set("/states", {
        html: html(`<bushel-shell id=idle boot=click rows=6><p>printed</p></bushel-shell>
<bushel-shell id=ready rows=6 welcome="Welcome."></bushel-shell>
<bushel-shell id=running rows=6></bushel-shell>
<bushel-shell id=readonly rows=6 readonly></bushel-shell>
<bushel-shell id=reader rows=6 screenreader></bushel-shell>
<bushel-shell id=error rows=12 policy="no policy"></bushel-shell>`),
      });
      await page.goto(`${site.url}states`);
      for (const id of ["ready", "running", "readonly", "reader"]) await page.waitForSelector(`#${id}[state=ready]`);
      await page.waitForSelector("#idle[state=idle]");
      await page.waitForSelector("#error[state=error]");
      await page.evaluate(() => document.querySelector<HTMLElementTagNameMap["bushel-shell"]>("#running")!.type("cat\n"));
      await page.waitForSelector("#running[state=running]");
      expect(await violations(page)).toEqual([]);
    });

    test("axe finds nothing on a shell that loads", async ({ context, site, watch }) => {
      const page = await context.newPage();
      watch(page);
      let go = () => {};
      const held = new Promise<void>((resolve) => (go = resolve));
      await page.route("**/kernel.wasm", async (route) => {
        await held;
        await route.continue();
      });
      site.pages.set("/loading", { html: html("<bushel-shell></bushel-shell>") });
      await page.goto(`${site.url}loading`);
      await page.waitForSelector("bushel-shell[state=loading]");
      expect(await violations(page)).toEqual([]);
      go();
      await page.waitForSelector("bushel-shell[state=ready]");
    });

    test("axe finds nothing on cells in all states", async ({ context, site, watch }) => {
      const page = await context.newPage();
      watch(page);
      site.pages.set("/cells", {
        html: html(`<pre><code>$ echo 1
1</code></pre><bushel-cell id=idle></bushel-cell>
<pre><code>echo 1</code></pre><bushel-cell id=done expected="1"></bushel-cell>
<pre><code>echo 1</code></pre><bushel-cell id=differs expected="2"></bushel-cell>
<pre><code>echo 1; false</code></pre><bushel-cell id=failed></bushel-cell>
<pre><code>echo 1</code></pre><bushel-cell id=error depends-on="nothing"></bushel-cell>
<pre><code>echo 1</code></pre><bushel-cell id=editable editable></bushel-cell>`),
      });
      await page.goto(`${site.url}cells`);
      for (const id of ["done", "differs", "failed", "error"]) {
        await page.locator(`#${id}`).getByRole("button").click();
        await page.waitForSelector(`#${id}[state=${id}]`);
      }
      expect(await violations(page)).toEqual([]);
    });

    test("all colours on all grounds have a contrast of 4.5", async ({ open }) => {
      const shell = await open();
      // "no. ": the number may not be taken for a colour of the prompt.
      await shell.type(
        "clear; for b in 4 10; do for i in 0 1 2 3 4 5 6 7; do for f in 3 9; do for j in 0 1 2 3 4 5 6 7; do printf '\\033[%s%s;%s%smx\\033[0m' $b $i $f $j; done; done; echo; done; done; for f in 3 9; do for j in 0 1 2 3 4 5 6 7; do printf '\\033[%s%smx\\033[0m' $f $j; done; done; echo; echo ok\n",
      );
      await shell.seen(/^ok$/m);
      const poor = await shell.page.evaluate(() => {
        const luminance = (css: string): number => {
          const [r, g, b] = css.match(/[\d.]+/g)!.slice(0, 3).map((text) => {
            const c = Number(text) / 255;
            return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
        };
        const ground = getComputedStyle(globalThis.shell).backgroundColor;
        const spans = [...globalThis.shell.shadowRoot!.querySelectorAll<HTMLElement>(".xterm-rows span")].filter((span) => /^x+$/.test(span.textContent));
        const ratios = spans.map((span) => {
          const style = getComputedStyle(span);
          const back = style.backgroundColor === "rgba(0, 0, 0, 0)" ? ground : style.backgroundColor;
          const [a, b] = [luminance(style.color), luminance(back)].sort((x, y) => y - x);
          return { ratio: (a! + 0.05) / (b! + 0.05), what: `${style.color} on ${back}` };
        });
        return { seen: spans.length, poor: ratios.filter(({ ratio }) => ratio < 4.49) };
      });
      expect(poor.seen).toBeGreaterThan(150);
      expect(poor.poor).toEqual([]);
    });
  });
}

test("a log speaks each command with its output and its exit code", async ({ open }) => {
  const shell = await open();
  const log = shell.page.getByRole("log", { name: "commands and their output" });
  await expect(log).toHaveAttribute("aria-live", "polite");
  await shell.type("echo one; echo two\n");
  await expect(log).toContainText(/\$ echo one; echo two\s*one\s*two\s*exit code 0/);
  await shell.type("ls /nowhere\n");
  await expect(log).toContainText(/\$ ls \/nowhere\s*ls: .*\/nowhere.*exit code [12]$/);
  await shell.type("true\n");
  await expect(log).toContainText(/\$ true\s*exit code 0$/);
});

test("a long output is a summary, and many commands at once are few words", async ({ open }) => {
  const shell = await open();
  const log = shell.page.getByRole("log", { name: "commands and their output" });
  await shell.type("seq 30000\n");
  await expect(log).toContainText(/lines of output\s*\d+/);
  await expect(log).toContainText(/29999\s*30000\s*exit code 0$/);
  expect((await log.innerText()).split("\n").length).toBeLessThan(40);
  await expect.poll(() => shell.state()).toBe("ready");
  await shell.type("echo first\nfalse\ntrue\ntrue\ntrue\ntrue\ntrue\necho last\n");
  await expect(log).toContainText(/\$ echo last\s*last\s*exit code 0$/);
  for (let i = 0; i < 60; i++) await shell.type(`echo n${i}\n`);
  await expect(log).toContainText(/\$ echo n59\s*n59\s*exit code 0$/);
  expect(await log.evaluate((element) => element.childElementCount)).toBeLessThanOrEqual(50);
});

test("Escape, then Tab leaves the terminal, and it says so", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/leave", { html: html(`<a href="#a" id=before>before</a><bushel-shell rows=8></bushel-shell><a href="#b" id=after>after</a>`) });
  await page.goto(`${site.url}leave`);
  await page.waitForSelector("bushel-shell[state=ready]");
  const terminal = page.getByRole("textbox", { name: "Terminal" });
  await expect(terminal).toHaveAccessibleDescription(/Escape, then Tab leaves the terminal/);
  const hint = page.locator("bushel-shell .hint");

  await page.locator("#before").focus();
  await page.keyboard.press("Tab");
  await expect(terminal).toBeFocused();
  await expect(hint).not.toHaveClass(/unseen/);
  // Tab is the shell's.
  await page.keyboard.type("ech");
  await expect(hint).toHaveClass(/unseen/);
  await page.keyboard.press("Tab");
  await expect(terminal).toBeFocused();

  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Screen reader mode" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.locator("#after")).toBeFocused();

  // Back again the line goes on as if nothing had been pressed.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await expect(terminal).toBeFocused();
  await page.keyboard.type("back\n");
  await expect.poll(() => page.evaluate(() => document.querySelector("bushel-shell")!.screen())).toMatch(/^back$/m);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+Tab");
  await expect(page.locator("#before")).toBeFocused();
});

test("screen reader mode is a button after the terminal, and an attribute", async ({ open }) => {
  const shell = await open();
  const { page } = shell;
  const button = page.getByRole("button", { name: "Screen reader mode" });
  await expect(button).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("bushel-shell[screenreader]")).toHaveCount(1);
  await shell.type("echo spoken once\n");
  await expect(page.locator("bushel-shell .xterm-accessibility-tree")).toContainText("spoken once");
  const log = page.getByRole("log", { name: "commands and their output" });
  await expect(log).toContainText(/\$ echo spoken once\s*exit code 0$/);
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("bushel-shell .xterm-accessibility-tree")).toHaveCount(0);
});

test("forced colours are the terminal's", async ({ open }) => {
  const shell = await open();
  await shell.page.emulateMedia({ forcedColors: "active" });
  await shell.type("printf '\\033[31;44mpainted\\033[0m\\n'\n");
  await shell.seen(/^painted$/m);
  const look = () =>
    shell.page.evaluate(() => {
      const probe = document.createElement("p");
      probe.style.cssText = "color: CanvasText; background: Canvas";
      document.body.append(probe);
      const { color: text, backgroundColor: canvas } = getComputedStyle(probe);
      probe.remove();
      const rows = getComputedStyle(globalThis.shell.shadowRoot!.querySelector(".xterm-rows")!);
      return { text: rows.color === text, ground: getComputedStyle(globalThis.shell).backgroundColor === canvas };
    });
  await expect.poll(look).toEqual({ text: true, ground: true });
  expect(await violations(shell.page)).toEqual([]);
  await shell.page.emulateMedia({ forcedColors: "none" });
  await expect.poll(async () => (await look()).text).toBe(false);
});

test("the colours follow the system while the shell runs", async ({ open }) => {
  const shell = await open();
  const ink = () => shell.page.evaluate(() => getComputedStyle(globalThis.shell.shadowRoot!.querySelector(".xterm-rows")!).color);
  await shell.page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(ink).toBe("rgb(216, 220, 227)");
  await shell.page.emulateMedia({ colorScheme: "light" });
  await expect.poll(ink).toBe("rgb(36, 41, 47)");
});

test("a page sets colours and fonts by variables and parts, also later", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/vars", {
    html: html(`<style>
bushel-shell { --bushel-background: oklch(30% 0.1 270); --bushel-foreground: ivory; --bushel-red: no-colour; --bushel-green: rgb(10 250 10);
  --bushel-font: monospace; --bushel-font-size: 20px; --bushel-radius: 0; }
bushel-shell.other { --bushel-background: #ffffff; --bushel-foreground: #102030; }
bushel-shell::part(terminal) { outline: 3px solid rgb(1, 2, 3); }
bushel-shell::part(transcript) { color: rgb(4, 5, 6); }
</style><bushel-shell rows=8></bushel-shell>`),
  });
  await page.goto(`${site.url}vars`);
  await page.waitForSelector("bushel-shell[state=ready]");
  const look = () =>
    page.evaluate(() => {
      const shell = document.querySelector("bushel-shell")!;
      const rows = getComputedStyle(shell.shadowRoot!.querySelector(".xterm-rows")!);
      const part = (name: string) => getComputedStyle(shell.shadowRoot!.querySelector(`[part=${name}]`)!);
      return { ink: rows.color, size: rows.fontSize, font: rows.fontFamily, outline: part("terminal").outlineColor, log: part("transcript").color };
    });
  expect(await look()).toEqual({ ink: "rgb(255, 255, 240)", size: "20px", font: "monospace", outline: "rgb(1, 2, 3)", log: "rgb(4, 5, 6)" });
  await page.evaluate(() => document.querySelector("bushel-shell")!.classList.add("other"));
  await expect.poll(async () => (await look()).ink).toBe("rgb(16, 32, 48)");
  expect(await violations(page)).toEqual([]);
});

test("nothing blinks where motion is reduced", async ({ open }) => {
  const shell = await open();
  const blinking = shell.page.locator("bushel-shell .xterm-cursor-blink");
  await expect(blinking).toHaveCount(1);
  await shell.page.emulateMedia({ reducedMotion: "reduce" });
  await expect(blinking).toHaveCount(0);
  await shell.page.emulateMedia({ reducedMotion: "no-preference" });
  await expect(blinking).toHaveCount(1);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 760 }, hasTouch: true, isMobile: true });

  test("a bar has the keys that its keyboard lacks", async ({ open }) => {
    const shell = await open();
    const { page } = shell;
    const bar = page.getByRole("toolbar", { name: "keys" });
    const tap = (name: string) => bar.getByRole("button", { name, exact: true }).tap();
    await expect(bar).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type("echo abc ");
    await tap("Pipe");
    await page.keyboard.type(" cat; echo ");
    await tap("Tilde");
    await page.keyboard.press("Enter");
    await shell.seen(/^abc\n\/home\//m);
    await tap("Up");
    await tap("Left");
    await page.keyboard.type("X");
    await tap("Ctrl, for the next key");
    await page.keyboard.type("a");
    await page.keyboard.type("echo ");
    await page.keyboard.press("Enter");
    await shell.seen(/^echo abc\nX~$/m);
    await page.keyboard.type("sleep 60");
    await page.keyboard.press("Enter");
    await expect.poll(() => shell.state()).toBe("running");
    await tap("Ctrl C");
    await expect.poll(() => shell.state()).toBe("ready");
    await expect(page.getByRole("textbox", { name: "Terminal" })).toBeFocused();
    // The bar is below the terminal's last line, not over it.
    const { bottom, top } = await page.evaluate(() => ({
      bottom: globalThis.shell.shadowRoot!.querySelector(".terminal")!.getBoundingClientRect().bottom,
      top: globalThis.shell.shadowRoot!.querySelector(".keys")!.getBoundingClientRect().top,
    }));
    expect(bottom).toBeLessThanOrEqual(top);
  });
});
