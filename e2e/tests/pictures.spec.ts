// Pictures in the terminal, and what programs wish of the page: titles, progress, links, the clipboard
// and notifications.
import { expect, test, type ShellPage } from "../fixtures.ts";
import { pixels, png } from "../pixels.ts";

test("pictures of three formats are shown", async ({ open }) => {
  const shell = await open("browser");
  expect(await shell.page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/pictures.js")))).toBe(false);
  const made = await shell.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(60, 30);
    const context = canvas.getContext("2d")!;
    context.fillStyle = "rgb(0, 160, 0)";
    context.fillRect(0, 0, 60, 30);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 1 })).arrayBuffer())];
  });
  await shell.write("red.png", png(40, 20, [200, 0, 0]));
  await shell.write("green.jpg", Buffer.from(made));
  // One blue pixel.
  await shell.write("blue.gif", Buffer.from("R0lGODlhAQABAIAAAAAAyP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==", "base64"));
  await shell.type("clear; imgcat red.png green.jpg; imgcat -w 4 -H 2 < blue.gif; echo shown\n");
  await expect.poll(() => pixels(shell.page, [200, 0, 0])).toBeGreaterThanOrEqual(700);
  await expect.poll(() => pixels(shell.page, [0, 160, 0])).toBeGreaterThanOrEqual(1500);
  await expect.poll(() => pixels(shell.page, [0, 0, 200])).toBeGreaterThanOrEqual(300);
  await shell.seen(/^shown$/m);
});

test("a picture by SIXEL is shown, also when it comes in pieces", async ({ open }) => {
  const shell = await open("browser");
  await shell.write("six", '\x1bP0;1;0q"1;1;60;12#1;2;100;0;0#1!60~-#1!60~\x1b\\');
  await shell.type("clear; head -c 1 six; cat /dev/null; tail -c +2 six; echo; echo shown\n");
  await expect.poll(() => pixels(shell.page, [255, 0, 0])).toBeGreaterThanOrEqual(600);
  await shell.seen(/^shown$/m);
});

test("what is no picture, or too much of one, is told in a sentence", async ({ open }) => {
  const shell = await open("browser");
  const whole = png(40, 20, [200, 0, 0]);
  await shell.write("huge.png", png(100_000, 100_000, [1, 2, 3], 1));
  await shell.write("half.png", whole.subarray(0, whole.length / 2));
  await shell.write("text.png", "text");
  const imgcat = async (args: string) => {
    const { code, stdout, stderr } = await shell.run(`imgcat ${args}`);
    expect([code, stdout]).toEqual([1, ""]);
    return stderr;
  };
  expect(await imgcat("huge.png")).toBe("imgcat: huge.png: it has 100000 × 100000 pixels, which are more than a terminal can show\n");
  expect(await imgcat("half.png")).toBe("imgcat: half.png: it is cut short\n");
  expect(await imgcat("text.png")).toBe("imgcat: text.png: it is no PNG, JPEG or GIF\n");
  expect(await imgcat("none.png")).toBe("imgcat: none.png: no such file or directory\n");
  expect(await imgcat("''")).toBe("imgcat: '': no such file or directory\n");
  expect(await imgcat("-w wide text.png")).toBe("imgcat: 'wide' is no size: 20, 200px and 50% are\n");
  expect((await shell.run("truncate -s 13M big.png; imgcat big.png")).stderr).toContain("more than the 12 MiB that a terminal takes");
});

test("a damaged picture is told of by imgcat, and shown by nobody", async ({ open }) => {
  const shell = await open("browser");
  const whole = png(40, 20, [200, 0, 0]);
  await shell.write("damaged.png", Buffer.from(whole).fill(7, 45, 50));
  expect(await shell.run("imgcat damaged.png")).toEqual({ code: 1, stdout: "", stderr: "imgcat: damaged.png: it is damaged\n" });
  await shell.write("red.png", whole);
  const shown = (file: string) => `printf '\\033]1337;File=inline=1;size=${whole.length}:'; base64 -w 0 ${file}; printf '\\a'; `;
  await shell.type(`clear; ${shown("damaged.png")}${shown("red.png")}echo; echo shown\n`);
  await expect.poll(() => pixels(shell.page, [200, 0, 0])).toBeGreaterThanOrEqual(700);
  await shell.seen(/^shown$/m);
});

const bar = (shell: ShellPage): Promise<(string | boolean | null | undefined)[]> =>
  shell.page.evaluate(() => {
    const bar = globalThis.shell.shadowRoot!.querySelector<HTMLElement>(".task")!;
    return [bar.hidden, bar.dataset["state"], bar.getAttribute("aria-valuenow")];
  });

test("a program sets the title and shows its progress", async ({ open }) => {
  const shell = await open("browser");
  await shell.type("printf '\\033]0;one\\a'\n");
  await expect.poll(() => shell.page.title()).toBe("one");
  await shell.type("printf '\\033]2;two\\033\\\\'\n");
  await expect.poll(() => shell.page.title()).toBe("two");
  for (const [sequence, shown] of [
    ["4;1;30", [false, "running", "30"]],
    ["4;2;250", [false, "failed", "100"]],
    ["4;3", [false, "unknown", null]],
    ["4;4;50", [false, "paused", "50"]],
    ["4;9;50", [false, "paused", "50"]],
    ["4;0", [true, "none", "0"]],
  ] as const) {
    await shell.type(`printf '\\033]9;${sequence}\\a'\n`);
    await shell.idle();
    await expect.poll(() => bar(shell)).toEqual(shown);
  }
});

test("a link opens its address in another page, and nothing but the web", async ({ open, context, site }) => {
  const shell = await open("browser");
  site.pages.set("/linked", { html: "<title>linked</title>" });
  await shell.write("links", `\x1b]8;;${site.url}linked\x1b\\a link\x1b]8;;\x1b\\ \x1b]8;;javascript:alert(1)\x1b\\not one\x1b]8;;\x1b\\\n`);
  await shell.type("stty size >size; clear; cat links\n");
  await expect.poll(async () => (await shell.run("cat size")).stdout).toMatch(/^\d+ \d+\n$/);
  const [rows, cols] = (await shell.run("cat size")).stdout.split(" ").map(Number) as [number, number];
  const at = await shell.page.evaluate(
    ([rows, cols]) => {
      const { x, y, width, height } = globalThis.shell.shadowRoot!.querySelector(".xterm-screen")!.getBoundingClientRect();
      return { x, y: y + height / rows / 2, cell: width / cols };
    },
    [rows, cols] as const,
  );
  await shell.seen(/^a link not one$/m);
  await shell.page.mouse.move(at.x + 10 * at.cell, at.y); // within the second
  await shell.page.mouse.click(at.x + 10 * at.cell, at.y);
  const opened = context.waitForEvent("page");
  await shell.page.mouse.move(at.x + 2 * at.cell, at.y);
  await shell.page.mouse.click(at.x + 2 * at.cell, at.y);
  const page = await opened;
  await page.waitForURL("**/linked");
  expect(await page.evaluate(() => opener)).toBe(null);
  expect(context.pages()).toHaveLength(2);
  site.pages.delete("/linked");
});

test("the clipboard is written when its user agrees, and never read", async ({ open, context, site }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(site.url).origin });
  const shell = await open("browser");
  const clipboard = (): Promise<string> => shell.page.evaluate(() => navigator.clipboard.readText());
  await shell.page.evaluate(() => navigator.clipboard.writeText("before"));
  const wish = async (text: string) => shell.type(`printf '\\033]52;c;%s\\a' "$(printf '${text}' | base64)"\n`);
  await wish("copied ü");
  const button = shell.page.getByRole("button", { name: "Copy" });
  await expect(shell.page.getByText("A program wants to copy 8 characters to the clipboard: copied ü")).toBeVisible();
  expect(await clipboard()).toBe("before");
  await button.click();
  await expect.poll(clipboard).toBe("copied ü");
  await wish("not this");
  await shell.page.getByRole("button", { name: "Cancel" }).click();
  await expect(button).toBeHidden();
  expect(await clipboard()).toBe("copied ü");
  // A terminal that answers would hand what was copied elsewhere to any program.
  await shell.type("printf '\\033]52;c;?\\a'; read -t 1 -n 4 answer; echo \"answer: [$answer]\"\n");
  await shell.seen("answer: []");
});

test("a notification is shown when its user agrees", async ({ open, context }) => {
  await context.addInitScript(() => {
    const shown: string[] = [];
    let permission = "default";
    Object.assign(globalThis, {
      shown,
      Notification: class {
        static get permission() {
          return permission;
        }
        static async requestPermission() {
          return (permission = "granted");
        }
        constructor(title: string, { body = "" } = {}) {
          shown.push(`${title}|${body}`);
        }
      },
    });
  });
  const shell = await open("browser");
  const shown = (): Promise<string[]> => shell.page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
  await shell.type("printf '\\033]777;notify;Build;is done\\a'\n");
  await expect(shell.page.getByText("A program wants to notify you: Build: is done")).toBeVisible();
  expect(await shown()).toEqual([]);
  await shell.page.getByRole("button", { name: "Show notifications" }).click();
  await expect.poll(shown).toEqual(["Build|is done"]);
  await shell.type("printf '\\033]9;more\\a'\n");
  await expect.poll(shown).toEqual(["Build|is done", "more|"]);
});
