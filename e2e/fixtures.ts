// What the browser tests share: a site, a page with a shell, and the rule that
// an error on the console fails the test.
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import type { BushelShell } from "../web/ts/bushel.ts";
import { prompted } from "./chromium.mjs";
import { DIST, findGuest } from "./guests.ts";
import { serveSite, type Site } from "./server.ts";

export { expect } from "@playwright/test";

declare global {
  // The page's element, as dist/page.js names it.
  var shell: BushelShell;
}

/** Has pages find no private file system, as in a browser that has none: IndexedDB is left. */
export async function withoutPrivateFiles(context: BrowserContext): Promise<void> {
  await context.route("**/kernel-worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete FileSystemFileHandle.prototype.createSyncAccessHandle;${await response.text()}` });
  });
}

export const engines = ["browser", "wazero"] as const;
export type Engine = (typeof engines)[number];

/** What a run prints, as far as it can be compared. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  stdin?: string;
  cwd?: string;
  env?: Record<string, string>;
  timeout?: number;
  engine?: Engine;
}

/** A page with one shell, driven from outside. */
export class ShellPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async run(line: string, options: RunOptions = {}): Promise<Ran> {
    return this.page.evaluate(
      async ([line, options]) => {
        const { code, stdout, stderr } = await shell.run(line, options);
        return { code, stdout, stderr };
      },
      [line, options] as const,
    );
  }

  /** Puts a guest into the shell's bin folder; skips the test, by name, if it is not built. */
  async install(...names: string[]): Promise<void> {
    for (const name of names) {
      const guest = findGuest(name);
      if ("missing" in guest) {
        base.skip(true, `no guest ${name}: ${guest.missing}`);
        continue;
      }
      await this.write(`bin/${name}.wasm`, guest.bytes);
    }
  }

  async write(path: string, data: Buffer | string): Promise<void> {
    const base64 = Buffer.from(data).toString("base64");
    await this.page.evaluate(
      async ([path, base64]) => {
        const folder = path.split("/").slice(0, -1).join("/");
        if (folder) await shell.fs.mkdir(folder, { recursive: true });
        const bytes = await (await fetch(`data:application/octet-stream;base64,${base64}`)).arrayBuffer();
        await shell.fs.writeFile(path, bytes);
      },
      [path, base64] as const,
    );
  }

  async type(text: string): Promise<void> {
    await this.page.evaluate((text) => shell.type(text), text);
  }

  async press(key: string): Promise<void> {
    await this.page.evaluate((key) => shell.press(key), key);
  }

  async screen(): Promise<string> {
    return this.page.evaluate(() => shell.screen({ scrollback: true }));
  }

  /** Waits until the terminal's text has it. */
  async seen(pattern: string | RegExp): Promise<void> {
    const wanted = typeof pattern === "string" ? expect.stringContaining(pattern) : expect.stringMatching(pattern);
    await expect.poll(() => this.screen()).toEqual(wanted);
  }

  /** Waits until nothing runs in the terminal. */
  async idle(): Promise<void> {
    await this.page.waitForFunction(() => globalThis.shell.state === "ready");
  }

  async state(): Promise<string> {
    return this.page.evaluate(() => shell.state);
  }
}

interface Fixtures {
  /** Opens dist/index.html, with nothing of an earlier page's files unless the query names a store, and waits for the prompt. */
  open: (engine?: Engine, query?: string) => Promise<ShellPage>;
  /** Errors that a test means to see; any other on the console fails it. */
  expectedErrors: RegExp[];
  watch: (page: Page) => void;
}

export const test = base.extend<Fixtures, { site: Site }>({
  site: [
    async ({}, use) => {
      const site = await serveSite(DIST);
      await use(site);
      await site.close();
    },
    { scope: "worker" },
  ],
  expectedErrors: async ({}, use) => {
    await use([]);
  },
  watch: async ({ expectedErrors }, use) => {
    const unexpected: string[] = [];
    await use((page) => {
      page.on("console", (message) => {
        const text = `${message.type()}: ${message.text()}`;
        console.log(`  [page] ${text}`);
        if (message.type() === "error" && !expectedErrors.some((e) => e.test(text))) unexpected.push(text);
      });
      page.on("pageerror", (error) => {
        console.log(`  [page] ${error.stack}`);
        if (!expectedErrors.some((e) => e.test(error.message))) unexpected.push(error.message);
      });
    });
    expect(unexpected, "errors on the page's console").toEqual([]);
  },
  open: async ({ context, site, watch }, use) => {
    await use(async (engine, query) => {
      const page = await context.newPage();
      watch(page);
      const parameters = [...(engine ? [`engine=${engine}`] : []), ...(query ? [query] : [])];
      if (!query?.includes("persist=")) parameters.push("persist=none");
      await page.goto(`${site.url}?${parameters.join("&")}`);
      await prompted(page);
      return new ShellPage(page);
    });
  },
});

/** A test on each engine, whose outcomes must also be equal. */
export function onBothEngines(title: string, body: (shell: ShellPage, engine: Engine) => Promise<unknown>): void {
  test(`${title}, the same on both engines`, async ({ open }) => {
    const outcomes = new Map<Engine, unknown>();
    for (const engine of engines) {
      const shell = await open(engine);
      outcomes.set(engine, await test.step(engine, () => body(shell, engine)));
      await shell.page.close();
    }
    expect(outcomes.get("wazero"), "wazero's outcome is the browser's").toEqual(outcomes.get("browser"));
  });
}
