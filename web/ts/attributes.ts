// The attributes of <bushel-shell> as properties: what authors set, and nothing of what
// becomes of it.

import type { ThemeName } from "./look.ts";
import type { Policy } from "./policy.ts";
import { type Credentials, ENGINES, type Engine } from "./protocol.ts";

/** The store that is /home where an element names none. */
export const STORE = "home";

/** An element with the attributes of a shell. A property is its attribute: the empty text stands for one that is missing. */
export class Attributes extends HTMLElement {
  /** What runs the modules. It counts when the shell starts. */
  get engine(): Engine {
    return oneOf(this.getAttribute("engine"), ENGINES);
  }
  set engine(engine: Engine) {
    this.setAttribute("engine", engine);
  }
  /** When the shell starts. */
  get boot(): "load" | "visible" | "click" {
    return oneOf(this.getAttribute("boot"), ["load", "visible", "click"]);
  }
  set boot(boot: "load" | "visible" | "click") {
    this.setAttribute("boot", boot);
  }
  /** Light or dark, or as the system has it. */
  get theme(): ThemeName {
    return oneOf(this.getAttribute("theme"), ["auto", "light", "dark"]);
  }
  set theme(theme: ThemeName) {
    this.setAttribute("theme", theme);
  }
  /** The height in lines, unless the page's style sets another. */
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
  /** The name of the store that is /home, or none: memory. It counts when the shell starts. */
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
}

/** The value that is allowed; the first, if this is none of them. */
export function oneOf<T extends string>(value: string | null, allowed: readonly [T, ...T[]]): T {
  return allowed.find((a) => a === value) ?? allowed[0];
}
