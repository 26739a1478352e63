// For other people's tests of pages with a <bushel-shell>, by Playwright:
//
//	import { expect, test } from "bushel/playwright";
//
//	test("the example of the page works", async ({ page, shell }) => {
//	  await page.goto("/");
//	  await shell.waitForPrompt();
//	  await shell.run("sort names.txt");
//	  await expect(shell).toHaveExitCode(0);
//	  await expect(shell).toHaveOutput("Ada\nBob\n");
//	});

import {
  expect as base,
  type Expect,
  type Locator,
  type MatcherReturnType,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  test as baseTest,
  type TestType,
} from "@playwright/test";
import { record, Shell } from "./shell.ts";

export { type Ended, type Ran, record, type RunOptions, Shell, type WaitOptions } from "./shell.ts";

/** What a test is given. */
export interface ShellFixtures {
  /** The first shell of the page. */
  shell: Shell;
  /** The shell that a locator finds, for a page with several, or one in a frame. */
  shellOf: (locator: Locator) => Shell;
}

/** Playwright's test with the fixtures of a shell. */
export const test: TestType<PlaywrightTestArgs & PlaywrightTestOptions & ShellFixtures, PlaywrightWorkerArgs & PlaywrightWorkerOptions> = baseTest.extend<ShellFixtures>({
  page: async ({ page }, use) => {
    await record(page);
    await use(page);
  },
  shellOf: async ({ page: _ }, use) => {
    await use((locator) => new Shell(locator));
  },
  shell: async ({ page }, use) => {
    await use(new Shell(page.locator("bushel-shell").first()));
  },
});

/** How long a matcher tries, in milliseconds: expect's own time if nothing is said. */
export interface MatchOptions {
  timeout?: number;
}

/** What is to be said of a shell. */
export type ShellMatchers = {
  /** The last command, a line of run or one that was typed, has ended with this code. */
  toHaveExitCode(shell: Shell, code: number, options?: MatchOptions): Promise<MatcherReturnType>;
  /** The last line of run has printed this, or something in which the pattern is. */
  toHaveOutput(shell: Shell, wanted: string | RegExp, options?: MatchOptions): Promise<MatcherReturnType>;
  /** The terminal's text has this in it. */
  toHaveScreen(shell: Shell, wanted: string | RegExp, options?: MatchOptions): Promise<MatcherReturnType>;
};

const extended = base.extend({
  async toHaveExitCode(shell: Shell, code: number, options: MatchOptions = {}) {
    const name = "toHaveExitCode";
    const got = await settled(async () => (await shell.outcome())?.code, (got) => (got === code) !== this.isNot, options.timeout ?? this.timeout);
    const pass = got === code;
    return { name, pass, expected: code, actual: got, message: () => said(this, name, code, got === undefined ? "no command has ended" : got) };
  },
  async toHaveOutput(shell: Shell, wanted: string | RegExp, options: MatchOptions = {}) {
    const name = "toHaveOutput";
    const output = async () => {
      const outcome = await shell.outcome();
      return outcome && "stdout" in outcome ? outcome.stdout : undefined;
    };
    const holds = (got: string | undefined) => got !== undefined && (typeof wanted === "string" ? got === wanted : wanted.test(got));
    const got = await settled(output, (got) => holds(got) !== this.isNot, options.timeout ?? this.timeout);
    return { name, pass: holds(got), expected: wanted, actual: got, message: () => said(this, name, wanted, got ?? "no line has been run") };
  },
  async toHaveScreen(shell: Shell, wanted: string | RegExp, options: MatchOptions = {}) {
    const name = "toHaveScreen";
    const holds = (got: string) => (typeof wanted === "string" ? got.includes(wanted) : wanted.test(got));
    const got = await settled(() => shell.screen(), (got) => holds(got) !== this.isNot, options.timeout ?? this.timeout);
    return { name, pass: holds(got), expected: wanted, actual: got, message: () => said(this, name, wanted, got) };
  },
});

/** Playwright's expect with what is to be said of a shell. Each matcher tries until it holds, or the time is over. */
export const expect: Expect<ShellMatchers> = extended;

// The first value that will do, or the last one when the time is over.
async function settled<T>(get: () => Promise<T>, good: (got: T) => boolean, timeout: number): Promise<T> {
  let got = await get();
  if (good(got)) return got;
  await base
    .poll(
      async () => {
        got = await get();
        return good(got);
      },
      { timeout },
    )
    .toBe(true)
    .catch(() => {}); // the matcher tells it better
  return got;
}

interface Teller {
  isNot: boolean;
  utils: { matcherHint(name: string, received?: string, expected?: string, options?: object): string; printExpected(value: unknown): string; printReceived(value: unknown): string };
}

function said({ isNot, utils }: Teller, name: string, wanted: unknown, got: unknown): string {
  const hint = utils.matcherHint(name, "shell", "expected", { isNot });
  return `${hint}\n\nExpected: ${isNot ? "not " : ""}${utils.printExpected(wanted)}\nReceived: ${utils.printReceived(got)}`;
}
