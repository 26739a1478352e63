// <bushel-shell>: a shell as an element of any page. Its outside is section 9
// of the design and changes only by growing.

import xtermStyle from "@xterm/xterm/css/xterm.css";
import { Bus, device, over } from "./bus.ts";
import { relay } from "./busport.ts";
import type { Client } from "./client.ts";
import { Ask } from "./ask.ts";
import type { Answer } from "./conversation.ts";
import { Drop } from "./drop.ts";
import { BushelError, closed, reason } from "./fault.ts";
import { Files } from "./files.ts";
import { initialOf } from "./initial.ts";
import { KeyBar } from "./keybar.ts";
import { keySequence } from "./keys.ts";
import { local } from "./local.ts";
import type { ThemeName } from "./look.ts";
import type { Progress } from "./module.ts";
import { Panel } from "./panel.ts";
import type { Policy } from "./policy.ts";
import type { Processes, RunOptions, RunResult, Spawned, SpawnOptions } from "./processes.ts";
import { type Credentials, ENGINES, type Engine } from "./protocol.ts";
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

/** The store that is /home where an element names none. */
const STORE = "home";
/** The stores that shells of this page have. */
const stores = new Set<string>();
/** How many shells got their name from here: a page's landmarks are told apart by theirs. */
let named = 0;

/** What is said of the terminal when the keyboard comes to it. */
const HINT = "Escape, then Tab leaves the terminal; Escape, then Shift and Tab goes back. After it is a button for a screen reader mode.";

let sheet: CSSStyleSheet | undefined;

/**
 * The element. Attributes: engine (auto, browser, wazero), boot (load, visible,
 * click), theme (auto, light, dark), rows (its height in lines), limits (what its
 * processes may use: "memory=64M cpu=10s"), policy (what its programs may use of services, as JSON:
 * see Policy), log (the lowest level of its log that goes to the console), persist (the store that is its
 * /home, or none), files (an archive for its home folder; <bushel-file> children are single files), packages (of the site's catalogue, installed before the first prompt), init (a
 * line that runs before the first prompt), prompt (its PS1), welcome (what stands above the first prompt),
 * readonly (the keyboard is not taken), credentials (omit: no request carries cookies), screenreader (keep a text for screen readers); it reflects state. Events, bubbling and
 * composed: bushel-progress, bushel-ready, bushel-command, bushel-exit, bushel-error,
 * bushel-title.
 */
export class BushelShell extends HTMLElement {
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

  get engine(): Engine {
    return oneOf(this.getAttribute("engine"), ENGINES);
  }
  set engine(engine: Engine) {
    this.setAttribute("engine", engine);
  }
  get boot(): "load" | "visible" | "click" {
    return oneOf(this.getAttribute("boot"), ["load", "visible", "click"]);
  }
  set boot(boot: "load" | "visible" | "click") {
    this.setAttribute("boot", boot);
  }
  get theme(): ThemeName {
    return oneOf(this.getAttribute("theme"), ["auto", "light", "dark"]);
  }
  set theme(theme: ThemeName) {
    this.setAttribute("theme", theme);
  }
  get rows(): number {
    const rows = Number(this.getAttribute("rows"));
    return Number.isInteger(rows) && rows > 0 ? rows : 24;
  }
  set rows(rows: number) {
    this.setAttribute("rows", String(rows));
  }
  /** What each of its processes may use, such as "memory=64M cpu=10s": see Limits. It counts when the shell starts. */
  get limits(): string {
    return this.getAttribute("limits") ?? "";
  }
  set limits(limits: string) {
    this.setAttribute("limits", limits);
  }
  /** What its programs may use of services, hosts and paths, as JSON: see Policy. It can be set to a Policy. It counts when the shell starts. */
  get policy(): string {
    return this.getAttribute("policy") ?? "";
  }
  set policy(policy: string | Policy) {
    this.setAttribute("policy", typeof policy === "string" ? policy : JSON.stringify(policy));
  }
  /** The lowest level of the shell's log that goes to the console: debug, info, warn or error; empty: nothing does. It counts when the shell starts. */
  get log(): string {
    return this.getAttribute("log") ?? "";
  }
  set log(level: string) {
    this.setAttribute("log", level);
  }
  /** The bus of a server that the shell's is linked to, such as "wss://example.org/bus"; empty: none. It counts when the shell starts. */
  get busLink(): string {
    return this.getAttribute("bus-link") ?? "";
  }
  set busLink(url: string) {
    this.setAttribute("bus-link", url);
  }
  /** What that server asks for. */
  get busToken(): string {
    return this.getAttribute("bus-token") ?? "";
  }
  set busToken(token: string) {
    this.setAttribute("bus-token", token);
  }
  get persist(): string {
    return this.getAttribute("persist") ?? STORE;
  }
  set persist(name: string) {
    this.setAttribute("persist", name);
  }
  /** The address of an archive, tar or zip, that is unpacked in the home folder. It counts when the shell starts. */
  get files(): string {
    return this.getAttribute("files") ?? "";
  }
  set files(url: string) {
    this.setAttribute("files", url);
  }
  /** Names of packages of the site's catalogue, with spaces between, that are installed before the first prompt. It counts when the shell starts. */
  get packages(): string {
    return this.getAttribute("packages") ?? "";
  }
  set packages(names: string) {
    this.setAttribute("packages", names);
  }
  /** A line of the shell's language that runs before the first prompt. */
  get init(): string {
    return this.getAttribute("init") ?? "";
  }
  set init(line: string) {
    this.setAttribute("init", line);
  }
  /** The terminal's prompt, as PS1 has it. */
  get prompt(): string {
    return this.getAttribute("prompt") ?? "";
  }
  set prompt(prompt: string) {
    this.setAttribute("prompt", prompt);
  }
  /** "omit": requests of its programs and for its files carry no cookies; else those to the page's own site do. It counts when the shell starts. */
  get credentials(): Credentials {
    return oneOf(this.getAttribute("credentials"), ["same-origin", "omit"]);
  }
  set credentials(credentials: Credentials) {
    this.setAttribute("credentials", credentials);
  }
  /** What stands above the first prompt. */
  get welcome(): string {
    return this.getAttribute("welcome") ?? "";
  }
  set welcome(text: string) {
    this.setAttribute("welcome", text);
  }
  /** The keyboard is not taken; type and press go on working. */
  get readonly(): boolean {
    return this.hasAttribute("readonly");
  }
  set readonly(on: boolean) {
    this.toggleAttribute("readonly", on || (on as unknown) === ""); // as frameworks set what has no value
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
    this.panel.idle(() => {
      this.start();
      this.ready.then(() => this.focus(), () => {});
    });
    if (this.boot === "visible") {
      this.observer = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && this.start());
      this.observer.observe(this);
    }
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

function oneOf<T extends string>(value: string | null, allowed: readonly [T, ...T[]]): T {
  return allowed.find((a) => a === value) ?? allowed[0];
}
