// A demo: a session that is typed as by hand and recorded, and what it needs.
import { expect, type Page } from "@playwright/test";
import { findGuest } from "./guests.ts";
import { NOTE_OUTPUT, Recorder } from "./recorder.ts";
import type { Site } from "./server.ts";

declare global {
  /** How many commands of the terminal have ended. */
  var exits: number | undefined;
}

/** A script. Each file of demos has one, as its default. */
export interface Script {
  /** What it shows, in a few words. */
  title: string;
  /** Example programs that have to be built; they are put into the shell's bin folder. */
  guests?: readonly string[];
  /** The page of the site that it is played on, if it is not a shell alone. */
  page?: string;
  play(demo: Demo): Promise<void>;
}

export interface Pace {
  /** Between two keys, in milliseconds. */
  key: number;
  /** How long a result is looked at; nobody waits for that, it is in the recording only. */
  look: number;
}

/** As a person types and reads. */
export const HUMAN: Pace = { key: 55, look: 1_300 };

export interface Recording {
  cast: string | undefined;
  gif: Uint8Array;
  png: Buffer;
}

const SHELL = `<!doctype html><html lang="en"><meta charset="utf-8"><title>demo</title>
<style>body { margin: 0; background: #14171c } bushel-shell { height: 100vh; border-radius: 0; --bushel-font-size: 15px }</style>
<script type="module">${NOTE_OUTPUT}
await import("./bushel.js");
globalThis.shell = document.querySelector("bushel-shell");
globalThis.exits = 0;
shell.addEventListener("bushel-exit", () => exits++);</script>
<main><bushel-shell persist="none" theme="dark" prompt="$ "></bushel-shell></main></html>`;

/** Plays a script and records it. */
export async function record(page: Page, site: Site, script: Script, pace: Pace): Promise<Recording> {
  site.pages.set("/demo.html", { html: SHELL });
  await page.goto(`${site.url}${script.page ?? "demo.html"}`);
  const demo = new Demo(page, pace);
  if (!script.page) await demo.begin(script.guests ?? []);
  const recorder = await Recorder.start(page);
  demo.recorder = recorder;
  await script.play(demo);
  await recorder.stop();
  const cast = script.page ? undefined : await recorder.cast(script.title);
  return { cast, gif: recorder.gif(), png: await page.screenshot() };
}

/** What a script can do. */
export class Demo {
  readonly page: Page;
  recorder: Recorder | undefined;
  private readonly pace: Pace;

  constructor(page: Page, pace: Pace) {
    this.page = page;
    this.pace = pace;
  }

  async begin(guests: readonly string[]): Promise<void> {
    await this.page.waitForSelector("bushel-shell[state=ready]");
    for (const name of guests) await this.page.evaluate(put, [`bin/${name.replace(/-\w+$/, "")}.wasm`, base64(name)] as const);
    await this.page.evaluate(() => shell.focus());
  }

  /** Types a line and waits until the shell is at its prompt again, or until text is seen. */
  async line(text: string, seen?: string | RegExp): Promise<void> {
    await this.type(text);
    await this.enter(seen);
  }

  /** Types text, as fast as the pace says. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: this.pace.key });
  }

  async enter(seen?: string | RegExp): Promise<void> {
    const before = await this.count();
    await this.page.keyboard.press("Enter");
    if (seen === undefined) await expect.poll(() => this.count()).toBeGreaterThan(before);
    else await this.seen(seen);
    this.look();
  }

  /** Presses a key that ends or stops what runs, and waits for the prompt. */
  async interrupt(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.page.waitForSelector("bushel-shell[state=ready]");
    this.look();
  }

  async seen(text: string | RegExp): Promise<void> {
    const wanted = typeof text === "string" ? expect.stringContaining(text) : expect.stringMatching(text);
    await expect.poll(() => this.page.evaluate(() => shell.screen())).toEqual(wanted);
  }

  /** Drops an example program on the terminal. */
  async drop(guest: string, name: string): Promise<void> {
    await this.page.evaluate(
      async ([name, base64]) => {
        const bytes = await (await fetch(`data:application/wasm;base64,${base64}`)).arrayBuffer();
        const data = new DataTransfer();
        data.items.add(new File([bytes], name));
        shell.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [name, base64(guest)] as const,
    );
    await expect(this.page.getByText(`${name} is now in`)).toBeVisible();
    this.look();
  }

  /** Who watches has time to read. */
  look(): void {
    this.recorder?.hold(this.pace.look);
  }

  private count(): Promise<number> {
    return this.page.evaluate(() => globalThis.exits ?? 0);
  }
}

function base64(guest: string): string {
  const found = findGuest(guest);
  if ("missing" in found) throw new Error(`no guest ${guest}: ${found.missing}`);
  return found.bytes.toString("base64");
}

async function put([path, base64]: readonly [string, string]): Promise<void> {
  await shell.fs.mkdir("bin", { recursive: true });
  await shell.fs.writeFile(path, await (await fetch(`data:application/wasm;base64,${base64}`)).arrayBuffer());
}
