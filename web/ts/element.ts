// <bushel-shell>: a shell as an element of any page. Its outside, which docs/element.md
// describes, changes only by growing.

import xtermStyle from "@xterm/xterm/css/xterm.css";
import { Bus, over } from "./bus.ts";
import { device } from "./busdevice.ts";
import { relay } from "./busport.ts";
import type { Client } from "./client.ts";
import { Ask } from "./ask.ts";
import { Attributes, oneOf, STORE } from "./attributes.ts";
import type { Answer } from "./conversation.ts";
import { Drop } from "./drop.ts";
import { BushelError, closed, reason } from "./fault.ts";
import { Files } from "./files.ts";
import { initialOf } from "./initial.ts";
import { KeyBar } from "./keybar.ts";
import { keySequence } from "./keys.ts";
import { local } from "./local.ts";
import type { Progress } from "./module.ts";
import { Panel } from "./panel.ts";
import type { Processes, RunOptions, RunResult, Spawned, SpawnOptions } from "./processes.ts";
import { Shell } from "./shell.ts";
import { SITE } from "./site.ts";
import style from "./style.css";
import type { TerminalEvents } from "./terminal.ts";
import { download, upload } from "./transfer.ts";
import { Theme } from "./theme.ts";
import { Wishes } from "./wishes.ts";
import { HEAD, TAIL, Transcript } from "./transcript.ts";

/** What a shell is doing: not started, starting, at its prompt, running a command, or failed. */
export type State = "idle" | "loading" | "ready" | "running" | "error";

const FONT = '"JetBrains Mono", "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** The stores that shells of this page have. */
const stores = new Set<string>();
/** How many shells got their name from here: a page's landmarks are told apart by theirs. */
let named = 0;

/** What is said of the terminal when the keyboard comes to it. */
/** What does something by itself when it is clicked. */
const ACTIVE = "a, area, audio, button, iframe, input, label, option, select, summary, textarea, video, [contenteditable]";

const HINT = "Escape, then Tab leaves the terminal; Escape, then Shift and Tab goes back. After it is a button for a screen reader mode.";

let sheet: CSSStyleSheet | undefined;

/**
 * The element. Its attributes are the properties of Attributes, and it reflects state and screenreader.
 * Events, bubbling and composed: bushel-progress, bushel-ready, bushel-command, bushel-exit,
 * bushel-error, bushel-title.
 */
export class BushelShell extends Attributes {
  static readonly observedAttributes = ["theme", "rows", "boot", "screenreader", "readonly"];

  /** The shell's files. */
  readonly fs = new Files(() => this.client());
  private readonly dial = device(() => this.client());
  /** The shell's bus: the packages of its programs, and those that this page serves. */
  readonly bus = new Bus(over(this.dial));

  private readonly box = document.createElement("div");
  private readonly panel = new Panel();
  private readonly ask = new Ask(() => this.focus());
  private readonly transcript = new Transcript();
  private readonly keys = new KeyBar((key) => void this.press(key).catch(() => {}));
  private readonly reader = document.createElement("button");
  private readonly wishes = new Wishes(this.ask, (title) => this.emit("bushel-title", { title }));
  private readonly theme_: Theme;
  private shell: Shell | undefined;
  /** The shell's store, as it is in stores. */
  private store = "";
  private observer: IntersectionObserver | undefined;
  private prompted = Promise.withResolvers<void>();
  /** prompted has been resolved or rejected, and the next start needs a new one. */
  private settled = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(xtermStyle + style);
    }
    root.adoptedStyleSheets = [sheet];
    this.box.className = "terminal waiting";
    this.box.setAttribute("part", "terminal");
    const fallback = document.createElement("slot");
    fallback.className = "fallback";
    const notice = document.createElement("div");
    notice.className = "notice";
    notice.setAttribute("role", "status");
    const target = document.createElement("div");
    target.className = "target";
    target.hidden = true;
    notice.setAttribute("part", "notice");
    this.ask.element.setAttribute("part", "ask");
    const hint = document.createElement("p");
    hint.id = "hint";
    hint.className = "hint unseen";
    hint.textContent = HINT;
    this.reader.type = "button";
    this.reader.className = "reader";
    this.reader.textContent = "Screen reader mode";
    this.reader.addEventListener("click", () => this.toggleAttribute("screenreader"));
    root.append(fallback, this.box, this.reader, this.keys.element, this.panel.element, target, notice, this.wishes.bar, this.ask.element, hint, this.transcript.element);
    this.theme_ = new Theme(this.box, (colors, dark) => {
      this.classList.toggle("dark", dark);
      this.shell?.terminal?.setTheme(colors);
    });
    new Drop(this, notice, target, () => this.shell && { files: this.fs, folder: () => this.shell?.folder ?? "." });
    this.prompted.promise.catch(() => {});
    this.addEventListener("click", (event) => this.clicked(event));
  }

  connectedCallback(): void {
    if (!this.hasAttribute("role")) this.setAttribute("role", "region");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", named++ === 0 ? "shell" : `shell ${named}`);
    this.readScreens();
    this.theme_.connect(this.theme);
    if (!this.shell) this.arm();
  }

  disconnectedCallback(): void {
    // An element that is only moved is back before this runs.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.observer?.disconnect();
      this.theme_.disconnect();
      this.end(closed());
      this.setState("idle");
    });
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (name === "theme") this.theme_.name = this.theme;
    if (name === "rows") this.style.setProperty("--_rows", String(this.rows));
    if (name === "screenreader") this.readScreens();
    if (name === "readonly" && this.shell?.terminal) this.shell.terminal.readOnly = now !== null;
    if (name === "boot" && before !== now && this.isConnected && !this.shell) this.arm();
  }

  get state(): State {
    return oneOf(this.getAttribute("state"), ["idle", "loading", "ready", "running", "error"]);
  }

  /** Resolves at the first prompt; rejects with a BushelError if there will be none. It does not start the shell. */
  get ready(): Promise<void> {
    return this.prompted.promise;
  }

  /** Runs a shell line apart from the terminal. It starts the shell if nobody has. */
  async run(line: string, options?: RunOptions): Promise<RunResult> {
    return (await this.processes()).run(line, options);
  }

  /** Starts a shell line and hands out its streams. */
  async spawn(line: string, options?: SpawnOptions): Promise<Spawned> {
    return (await this.processes()).spawn(line, options);
  }

  /**
   * Joins a port to the shell's bus: what goes through it are the frames of one link, as bus/SPEC.md has
   * them, and null at its end. A worker or another page uses the bus so.
   */
  async joinBus(port: MessagePort): Promise<void> {
    await relay(port, this.dial);
  }

  /** Types text into the terminal, a newline as Enter; resolves when the kernel has it. */
  async type(text: string): Promise<void> {
    this.start();
    await this.ready;
    await this.shell?.type(text.replaceAll("\r\n", "\r").replaceAll("\n", "\r"));
  }

  /** Presses a key such as "Enter", "Control+C" or "ArrowUp"; resolves when the kernel has it. */
  async press(key: string): Promise<void> {
    keySequence(key); // what is no key is told without waiting
    this.start();
    await this.ready;
    await this.shell?.type(keySequence(key, this.shell.terminal?.applicationCursor));
  }

  /**
   * The text that the terminal shows, without trailing blank lines; with
   * scrollback, also what has scrolled away. What a long line wraps is joined.
   */
  screen(options: { scrollback?: boolean } = {}): string {
    return this.shell?.terminal?.text(options.scrollback ?? false) ?? "";
  }

  /** Selects the next place in the terminal where text stands; tells whether there is one. */
  find(text: string, options: { backwards?: boolean } = {}): boolean {
    return this.shell?.terminal?.find(text, options.backwards ?? false) ?? false;
  }

  override focus(): void {
    if (this.shell?.terminal) this.shell.terminal.focus();
    else super.focus();
  }

  /** Starts the shell, if it is idle or has failed. */
  start(): void {
    if (this.shell) return;
    this.observer?.disconnect();
    if (this.settled) this.renew();
    this.setState("loading");
    this.panel.progress({ loaded: 0, total: 0, phase: "download" });
    // Undefined, as this.shell is, while the shell is being made.
    let shell: Shell | undefined;
    const mine = (): boolean => this.shell === shell;
    const asked = this.hasAttribute("persist");
    const store = this.persist === "none" || (!asked && stores.has(STORE)) ? "" : this.persist;
    if (store && !stores.has(store)) stores.add((this.store = store));
    shell = new Shell({
      site: SITE,
      engine: this.engine,
      store,
      asked,
      limits: this.limits,
      policy: this.policy,
      log: this.log,
      credentials: this.credentials,
      initial: () => initialOf(this),
      opening: { init: this.init, prompt: this.prompt, welcome: this.welcome },
      terminal: (events, free) => this.makeTerminal(events, free),
      answers: new Map<string, Answer>([
        ["upload", (talk) => upload(talk, this.ask)],
        ["download", download],
        ["local", (talk) => local(talk, this.ask)],
      ]),
      events: {
        onProgress: (progress) => mine() && this.onProgress(progress),
        onPrompt: () => mine() && this.onPrompt(),
        onCommand: (line) => {
          if (!mine()) return;
          this.setState("running");
          this.shell?.terminal?.markOutput();
          this.emit("bushel-command", { line });
        },
        onExit: (line, code, ms) => {
          if (!mine()) return;
          this.setState("ready");
          this.transcript.add(line, code, this.shell?.terminal?.output(HEAD, TAIL) ?? { head: [], skipped: 0, tail: [] });
          this.emit("bushel-exit", { line, code, ms });
        },
        onWish: (wish) => mine() && this.wishes.take(wish),
        onDeath: (error) => mine() && this.fail(error),
      },
    });
    this.shell = shell;
    this.wishes.reset();
    shell.start().catch((error) => mine() && this.fail(error));
    if (this.busLink) void this.linkBus(this.busLink, this.busToken).catch(() => {}); // its log says what went wrong
  }

  // Links the bus as long as the shell lives.
  private async linkBus(url: string, token: string): Promise<void> {
    const line = 'mkdir -p /var/log && bus link "$BUS_URL" </dev/null >/var/log/buslink.log 2>&1';
    // "/bus" is at the page's own host, and its scheme the page's without a WebSocket.
    const { href } = new URL(url, location.href);
    await this.run(line, { env: { BUS_URL: href.replace(/^http/, "ws"), BUS_TOKEN: token } });
  }

  private async client(): Promise<Client> {
    this.start();
    return (await this.shell!.booted).kernel.client;
  }

  private async processes(): Promise<Processes> {
    this.start();
    return (await this.shell!.booted).processes;
  }

  // Waits for what boot says.
  private arm(): void {
    this.observer?.disconnect();
    if (this.boot === "load") {
      this.start();
      return;
    }
    this.setState("idle");
    this.panel.idle(() => this.wake());
    if (this.boot === "visible") {
      this.observer = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && this.start());
      this.observer.observe(this);
    }
  }

  // Starts the shell for a reader, who goes on with its keyboard.
  private wake(): void {
    this.start();
    this.ready.then(() => this.focus(), () => {});
  }

  // A click anywhere in an element that waits starts it, but not one that follows a link in what
  // is printed, or ends a selection of it.
  private clicked(event: MouseEvent): void {
    if (this.shell || this.boot === "load" || event.defaultPrevented) return;
    const path = event.composedPath();
    if (path.slice(0, path.indexOf(this)).some((node) => node instanceof Element && node.matches(ACTIVE))) return;
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && selection.containsNode(this, true)) return;
    this.wake();
  }

  private async makeTerminal(events: TerminalEvents, free: Promise<void>) {
    const [{ Terminal }] = await Promise.all([import("./terminal.ts"), free]);
    const css = getComputedStyle(this);
    const terminal = new Terminal(
      this.box,
      {
        theme: this.theme_.colors,
        fontFamily: css.getPropertyValue("--bushel-font").trim() || FONT,
        fontSize: Number.parseFloat(css.getPropertyValue("--bushel-font-size")) || 14,
        screenReader: this.hasAttribute("screenreader"),
      },
      { ...events, onInput: (data) => events.onInput(this.keys.apply(data)) },
    );
    terminal.readOnly = this.readonly;
    if (terminal.lineHeight > 0) this.style.setProperty("--_row-height", `${terminal.lineHeight}px`);
    return terminal;
  }

  // What the attribute screenreader says, where it shows.
  private readScreens(): void {
    const on = this.hasAttribute("screenreader");
    this.reader.setAttribute("aria-pressed", String(on));
    this.transcript.brief = on; // the terminal speaks its output itself
    if (this.shell?.terminal) this.shell.terminal.screenReader = on;
  }

  private onProgress(progress: Progress): void {
    if (this.state === "loading") this.panel.progress(progress);
    this.emit("bushel-progress", progress);
  }

  private onPrompt(): void {
    if (!this.settled) {
      this.settled = true;
      this.panel.hide();
      this.box.classList.remove("waiting");
      this.setState("ready");
      this.prompted.resolve();
      this.emit("bushel-ready", {});
    }
    this.setState("ready");
  }

  private fail(thrown: unknown): void {
    const error =
      thrown instanceof BushelError
        ? thrown
        : new BushelError("internal", "The shell does not start.", reason(thrown), "Reload the page; if that does not help, report it.");
    this.end(error);
    this.setState("error");
    this.panel.error(error, () => this.start());
    const { message, cause, cure, code } = error;
    this.emit("bushel-error", { message, cause, cure, code });
  }

  private end(error: BushelError): void {
    const shell = this.shell;
    if (!shell) return;
    this.shell = undefined;
    stores.delete(this.store);
    this.store = "";
    shell.close(error);
    this.box.replaceChildren();
    this.box.classList.add("waiting");
    this.transcript.clear();
    this.panel.hide();
    if (this.settled) this.renew();
    this.prompted.reject(error);
    this.settled = true;
  }

  private renew(): void {
    this.prompted = Promise.withResolvers<void>();
    this.prompted.promise.catch(() => {}); // not everybody asks
    this.settled = false;
  }

  private setState(state: State): void {
    if (this.getAttribute("state") !== state) this.setAttribute("state", state);
  }

  private emit(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
