// <bushel-cell>: put after an ordinary <pre><code>, it lets the reader run it.

import style from "./cell.css";
import { blockOf, textOf } from "./cellblock.ts";
import { cellShell, leaveShell } from "./cellhost.ts";
import type { CellShell } from "./cellshell.ts";
import { parseBlock, plain, sameOutput } from "./celltext.ts";
import { BushelError, reason } from "./fault.ts";
import { megabytes } from "./panel.ts";
import { ENGINES } from "./protocol.ts";

/**
 * What a cell is doing: nothing yet, getting its shell, running; or how it ended: as it
 * should, with an exit code that is not 0, with other output than expected, or not at all.
 */
export type CellState = "idle" | "loading" | "running" | "done" | "failed" | "differs" | "error";

export interface CellResult {
  code: number;
  /** What it printed, both streams as they came. */
  output: string;
  /** What was expected; undefined if nothing was. */
  expected: string | undefined;
  /** It ended with code 0, or printed what was expected. */
  ok: boolean;
}

/** The most that a cell shows, in characters: the end of what was printed. */
const MOST = 200_000;

let sheet: CSSStyleSheet | undefined;

/**
 * The element. It runs the code of the <pre> before it (or of the element that for names)
 * with the cells that depends-on names (ids, with spaces between) before it, in the shell
 * of the name shell: cells of one name share one, and the id of a <bushel-shell> is that
 * shell. With expected, the output must be that text, or without a value, what is printed
 * in the block or within this element. With editable, the code can be changed in its
 * place. engine is as a shell's. It reflects state; the event bushel-cell, bubbling and
 * composed, has a CellResult as its detail.
 */
export class BushelCell extends HTMLElement {
  private readonly button = document.createElement("button");
  private readonly status = document.createElement("span");
  private readonly output = document.createElement("pre");
  private readonly printed = document.createElement("slot");
  private running: { promise: Promise<CellResult>; abort: AbortController } | undefined;
  /** A framework that takes over a page it was sent may make the block anew. */
  private readonly blocks = new MutationObserver(() => this.makeEditable());
  /** The block that can be changed. */
  private edited: HTMLElement | undefined;
  /** In which shell it has run well, and in which of that shell's lives. */
  private ran: { shell: CellShell; generation: number } | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
    }
    root.adoptedStyleSheets = [sheet];
    const bar = document.createElement("div");
    bar.setAttribute("part", "bar");
    bar.className = "bar";
    this.button.type = "button";
    this.button.setAttribute("part", "button");
    this.button.addEventListener("click", () => {
      if (this.running) this.stop();
      else this.run().catch(() => {}); // it is shown
    });
    this.status.setAttribute("part", "status");
    this.status.setAttribute("role", "status");
    this.output.setAttribute("part", "output");
    this.output.setAttribute("aria-label", "output");
    this.output.tabIndex = 0;
    this.output.hidden = true;
    bar.append(this.button, this.status);
    root.append(bar, this.output, this.printed);
    this.label();
  }

  connectedCallback(): void {
    if (this.state === "idle") this.setState("idle");
    if (!this.hasAttribute("editable")) return;
    this.makeEditable();
    this.blocks.observe(document.body, { childList: true, subtree: true });
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.stop();
      leaveShell(this);
      this.blocks.disconnect();
    });
  }

  get state(): CellState {
    return (this.getAttribute("state") as CellState | null) ?? "idle";
  }

  /** The code as it stands there. Throws a BushelError if there is no block. */
  get code(): string {
    return parseBlock(textOf(blockOf(this))).code;
  }

  /** Runs the cell, after those that it depends on; joins a run that is under way. */
  run(): Promise<CellResult> {
    return this.runAfter([]);
  }

  /** Ends the run that is under way, with its shell. */
  stop(): void {
    this.running?.abort.abort(new BushelError("stopped", "Stopped.", "The reader stopped it.", "Run it again."));
  }

  private runAfter(waiting: readonly BushelCell[]): Promise<CellResult> {
    if (waiting.includes(this)) {
      const cycle = new BushelError("cycle", "This cell depends on itself.", "depends-on goes in a circle.", "Correct depends-on.");
      return Promise.reject(cycle);
    }
    if (!this.running) {
      const abort = new AbortController();
      const promise = this.perform([...waiting, this], abort.signal).finally(() => {
        this.running = undefined;
        this.label();
      });
      this.running = { promise, abort };
      this.label();
    }
    return this.running.promise;
  }

  private async perform(waiting: readonly BushelCell[], signal: AbortSignal): Promise<CellResult> {
    try {
      this.setState("loading");
      this.say("Starting …");
      const block = parseBlock(textOf(blockOf(this)));
      const expected = this.wanted(block.printed);
      const engine = ENGINES.find((name) => name === this.getAttribute("engine")) ?? "auto";
      const shell = cellShell(this, this.getAttribute("shell") ?? "", engine, ({ loaded, total }) => {
        if (this.state === "loading" && total > 0) this.say(`Loading the shell: ${megabytes(loaded)} of ${megabytes(total)} MB`);
      });
      for (const cell of this.dependencies()) await cell.asDependency(shell, waiting);
      signal.throwIfAborted();
      let output = "";
      this.show("");
      const code = await shell.run(
        block.code,
        (text) => {
          if (this.state === "loading") this.begin();
          output += text;
          this.show(output);
        },
        signal,
      );
      signal.throwIfAborted();
      output = plain(output);
      const same = expected === undefined ? code === 0 : sameOutput(output, expected);
      this.ran = same ? { shell, generation: shell.generation } : undefined;
      this.show(output);
      this.tell(code, expected, same);
      const result = { code, output, expected, ok: same };
      this.emit(result);
      return result;
    } catch (error) {
      this.ran = undefined;
      this.setState("error");
      this.say(error instanceof BushelError && error.code !== "stopped" ? `${error.message} ${error.cause}` : reason(error));
      throw error;
    }
  }

  // What a cell that another depends on does: it runs, if it has not yet in that shell.
  private async asDependency(shell: CellShell, waiting: readonly BushelCell[]): Promise<void> {
    if (this.ran && this.ran.shell === shell && this.ran.generation === shell.generation && !this.running) return;
    const { ok } = await this.runAfter(waiting);
    if (!ok) throw new BushelError("dependency", "It was not run.", `The cell ${this.id} before it did not end well.`, "Correct that one.");
  }

  private dependencies(): BushelCell[] {
    const ids = (this.getAttribute("depends-on") ?? "").split(/\s+/).filter(Boolean);
    return ids.map((id) => {
      const cell = document.getElementById(id);
      if (cell instanceof BushelCell) return cell;
      throw new BushelError("dependency", "It was not run.", `There is no cell ${id}, on which it depends.`, "Correct depends-on.");
    });
  }

  // Not a name of an attribute: frameworks set a property of the name, where there is one.
  private wanted(printed: string | undefined): string | undefined {
    const attribute = this.getAttribute("expected");
    if (attribute === null || attribute !== "") return attribute ?? undefined;
    return printed ?? (this.textContent ?? "").replace(/^\n/, "");
  }

  private makeEditable(): void {
    let block: HTMLElement;
    try {
      block = blockOf(this);
    } catch {
      return; // it is told when it is run
    }
    if (block === this.edited) return;
    this.edited = block;
    block.contentEditable = "true";
    try {
      block.contentEditable = "plaintext-only";
    } catch {
      // Not every browser has that; pasted styles do no harm to what is read.
    }
    block.spellcheck = false;
    block.setAttribute("role", "textbox");
    block.setAttribute("aria-multiline", "true");
    block.setAttribute("aria-label", "code, to be changed and run by Control and Enter");
    block.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.run().catch(() => {});
    });
  }

  private begin(): void {
    this.setState("running");
    this.say("Running …");
  }

  private tell(code: number, expected: string | undefined, same: boolean): void {
    if (expected !== undefined) {
      this.setState(same ? "done" : "differs");
      this.say(same ? "As expected." : `The output differs from what was expected:\n${expected.trimEnd()}`);
    } else {
      this.setState(same ? "done" : "failed");
      this.say(same ? "Done." : `Ended with code ${code}.`);
    }
  }

  private show(text: string): void {
    this.printed.hidden = true;
    this.output.hidden = text === "";
    this.output.textContent = text.length > MOST ? `…${text.slice(-MOST)}` : text;
  }

  private say(text: string): void {
    this.status.textContent = text;
  }

  private label(): void {
    this.button.textContent = this.running ? "Stop" : "Run";
    this.button.setAttribute("aria-label", this.running ? "Stop the code above" : "Run the code above");
  }

  private setState(state: CellState): void {
    if (this.getAttribute("state") !== state) this.setAttribute("state", state);
  }

  private emit(detail: CellResult): void {
    this.dispatchEvent(new CustomEvent("bushel-cell", { detail, bubbles: true, composed: true }));
  }
}
