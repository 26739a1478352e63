// A <bushel-shell> of a page under test, driven from Playwright.

import { expect, type Locator, type Page } from "@playwright/test";
import type { BushelShell, State } from "../ts/bushel.ts";

/** A command that has ended: one that was typed, or a line of run. */
export interface Ended {
  line: string;
  code: number;
}

/** What a line of run has printed and ended with. */
export interface Ran extends Ended {
  stdout: string;
  stderr: string;
  /** From the call to the end, in milliseconds. */
  ms: number;
}

/** How a line is run: as the element's run has it. */
export interface RunOptions {
  stdin?: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Milliseconds until all that it started is killed; the code is then 124. */
  timeout?: number;
  engine?: "auto" | "browser" | "wazero";
}

/** How long something is waited for, in milliseconds: Playwright's own time for actions and for expect if nothing is said. */
export interface WaitOptions {
  timeout?: number;
}

/** The page's global of record: the commands that its shells have ended, by element. */
const RECORD = "bushelEnded";

type Recorded = { [RECORD]?: WeakMap<Element, { line: string; code: number }[]> };

/** Notes, in every page to come, the commands that end. A test's fixture calls it before the page is opened. */
export async function record(page: Page): Promise<void> {
  await page.addInitScript((name) => {
    const ended = new WeakMap<Element, { line: string; code: number }[]>();
    Object.assign(globalThis, { [name]: ended });
    addEventListener("bushel-exit", (event) => {
      const { line, code } = (event as CustomEvent<{ line: string; code: number }>).detail;
      const element = event.target as Element;
      ended.set(element, [...(ended.get(element) ?? []), { line, code }]);
    });
  }, RECORD);
}

/** Shell is the element that a locator finds. Its methods wait until there is one. */
export class Shell {
  readonly locator: Locator;
  /** How many commands must have ended before the last one counts. */
  private due = 0;
  private last: Ran | undefined;

  constructor(locator: Locator) {
    this.locator = locator;
  }

  /** Waits for the shell's prompt: that it has started, and that no command runs in its terminal. It starts one that waits for a click. */
  async waitForPrompt(options: WaitOptions = {}): Promise<void> {
    await this.locator.waitFor({ state: "attached", ...options });
    await this.locator.evaluate(async (element) => {
      const shell = element as BushelShell;
      await customElements.whenDefined("bushel-shell");
      shell.start();
      await shell.ready;
    });
    await expect(this.locator).toHaveAttribute("state", "ready", options);
  }

  /** Runs a line apart from the terminal. */
  async run(line: string, options: RunOptions = {}): Promise<Ran> {
    const ran = await this.locator.evaluate(
      async (element, { line, options }) => {
        await customElements.whenDefined("bushel-shell");
        const { code, stdout, stderr, ms } = await (element as BushelShell).run(line, options);
        return { line, code, stdout, stderr, ms };
      },
      { line, options },
    );
    this.last = ran;
    return ran;
  }

  /** Types a command into the terminal at its prompt, presses Enter, and waits until it has ended. */
  async enter(line: string, options: WaitOptions = {}): Promise<Ended> {
    await this.waitForPrompt(options);
    const before = (await this.ended()).length;
    await this.type(`${line}\n`);
    await expect.poll(async () => (await this.ended()).length, { message: `${line} has not ended`, ...options }).toBeGreaterThan(before);
    return (await this.ended())[before]!;
  }

  /** Types text into the terminal, a newline as Enter; what it starts may still run then. */
  async type(text: string): Promise<void> {
    const lines = text.split("\n").slice(0, -1).filter((line) => line.trim() !== "").length;
    if (lines > 0) await this.expectMore(lines);
    await this.locator.evaluate((element, text) => (element as BushelShell).type(text), text);
  }

  /** Presses a key such as "Enter", "Control+C" or "ArrowUp". */
  async press(key: string): Promise<void> {
    if (key === "Enter" || (await this.state()) === "running") await this.expectMore(1);
    await this.locator.evaluate((element, key) => (element as BushelShell).press(key), key);
  }

  /** The text that the terminal shows, with what has scrolled away. */
  async screen(): Promise<string> {
    return this.locator.evaluate((element) => (element as BushelShell).screen({ scrollback: true }));
  }

  /** What the shell is doing. */
  async state(): Promise<State> {
    return this.locator.evaluate((element) => (element as BushelShell).state);
  }

  /** Writes a file, and the folders that it needs. Paths start at the home folder. */
  async writeFile(path: string, data: string): Promise<void> {
    await this.locator.evaluate(
      async (element, { path, data }) => {
        await customElements.whenDefined("bushel-shell");
        const { fs } = element as BushelShell;
        const folder = path.slice(0, path.lastIndexOf("/") + 1);
        if (folder) await fs.mkdir(folder, { recursive: true });
        await fs.writeFile(path, data);
      },
      { path, data },
    );
  }

  /** The text of a file. */
  async readFile(path: string): Promise<string> {
    return this.locator.evaluate(async (element, path) => (element as BushelShell).fs.readFile(path, "utf8"), path);
  }

  /**
   * What the last command came to: a line of run, or what was typed last. Undefined while it runs, or
   * if there was none.
   */
  async outcome(): Promise<Ended | Ran | undefined> {
    if (this.last) return this.last;
    const ended = await this.ended();
    return ended.length >= this.due && (await this.state()) === "ready" ? ended.at(-1) : undefined;
  }

  private async ended(): Promise<Ended[]> {
    return this.locator.evaluate((element, name) => (globalThis as Recorded)[name as typeof RECORD]?.get(element) ?? [], RECORD);
  }

  // What is typed to a program that runs is of that program's end.
  private async expectMore(lines: number): Promise<void> {
    this.last = undefined;
    const [state, { length }] = await Promise.all([this.state(), this.ended()]);
    this.due = length + (state === "running" ? 1 : lines);
  }
}
