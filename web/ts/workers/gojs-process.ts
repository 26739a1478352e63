// The process and path objects of a Go guest.

import { Op } from "../syscall.ts";
import type { Loop } from "./gojs-loop.ts";
import { ID } from "./gojs-stat.ts";

/** What a Go guest begins with. */
export interface GoStart {
  pid: number;
  argv: readonly string[];
  /** Variables as NAME=value. */
  env: readonly string[];
  /** The absolute path of the working directory. */
  cwd: string;
  /** What is open: fd and sys.FDInfo. */
  fds: Iterable<readonly [number, number]>;
}

/** Joins paths as path.resolve does: the last absolute one counts, "." and ".." are taken out. */
export function resolvePath(cwd: string, ...paths: string[]): string {
  let joined = "";
  for (const p of [cwd, ...paths]) if (p !== "") joined = p.startsWith("/") ? p : `${joined}/${p}`;
  const parts: string[] = [];
  for (const part of joined.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The working directory, which Go changes without waiting. */
export class WorkingDirectory {
  #path: string;
  #moved = false;

  constructor(path: string) {
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  /**
   * Goes elsewhere. There is no waiting here to ask whether the directory exists: if it does not,
   * what is looked up in it next is not found.
   */
  change(path: string): void {
    this.#path = resolvePath(this.#path, path);
    this.#moved = true;
  }

  /** The path as the kernel, where the guest has not moved, understands it. */
  resolve(path: string): string {
    if (!this.#moved || path.startsWith("/") || path === "") return path;
    return this.#path === "/" ? `/${path}` : `${this.#path}/${path}`; // ".." is left to the kernel: of a link it is another place
  }
}

/** Makes the process object. */
export function makeProcess(loop: Loop, start: GoStart, cwd: WorkingDirectory): object {
  let umask = 0o022;
  const id = (): number => ID;
  const env: Record<string, string> = {};
  for (const variable of start.env) {
    const at = variable.indexOf("=", 1);
    if (at > 0) Object.defineProperty(env, variable.slice(0, at), { value: variable.slice(at + 1), enumerable: true, writable: true, configurable: true });
  }
  const process = {
    pid: start.pid,
    ppid: 1,
    argv: [...start.argv],
    argv0: start.argv[0] ?? "",
    env,
    platform: "linux",
    arch: "wasm",
    cwd: (): string => cwd.path,
    chdir: (path: unknown): void => {
      if (typeof path !== "string") throw new TypeError("the path must be a string");
      cwd.change(path);
    },
    umask: (mask?: unknown): number => {
      const old = umask;
      if (typeof mask === "number") {
        umask = mask & 0o777;
        loop.tell({ op: Op.umask, args: [umask] });
      }
      return old;
    },
    getuid: id,
    geteuid: id,
    getgid: id,
    getegid: id,
    getgroups: (): number[] => [ID],
    exit: (code?: unknown): never => loop.exit(Number(code ?? 0) | 0),
    nextTick: (fn: unknown, ...args: unknown[]): void => {
      if (typeof fn !== "function") throw new TypeError("the callback must be a function");
      loop.soon(fn, args);
    },
  };
  return process;
}

/** Makes the path object: the part of Node's that Go's syscall package and its users call. */
export function makePath(cwd: WorkingDirectory): object {
  const texts = (paths: unknown[]): string[] =>
    paths.map((p) => {
      if (typeof p !== "string") throw new TypeError("the path must be a string");
      return p;
    });
  return {
    sep: "/",
    delimiter: ":",
    resolve: (...paths: unknown[]): string => resolvePath(cwd.path, ...texts(paths)),
    isAbsolute: (path: unknown): boolean => String(path).startsWith("/"),
  };
}
