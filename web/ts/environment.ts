// What a process of the page finds in its environment.

import type { Engine } from "./protocol.ts";

export const HOME = "/home/user";

/** Changes of the environment; undefined or null takes a variable away. */
export type Env = Readonly<Record<string, string | number | undefined | null>>;

// The folder itself comes last in PATH: a module that was dropped there runs by
// its name, and cannot stand in for a command.
const BASE: Env = {
  HOME,
  USER: "user",
  SHELL: "/bin/sh",
  PATH: `/bin:/usr/bin:${HOME}/bin:.`,
  LANG: "C.UTF-8",
  TERM: "xterm-256color",
  COLORTERM: "truecolor",
};

/** The environment as a list of NAME=VALUE. Throws a TypeError for a name that cannot be one. */
export function environment(engine: Engine | undefined, changes: Env = {}): string[] {
  const all: Env = { ...BASE, ...(engine && engine !== "auto" ? { BUSHEL_ENGINE: engine } : {}), ...changes };
  const list: string[] = [];
  for (const [name, value] of Object.entries(all)) {
    if (name === "" || /[=\0]/.test(name)) throw new TypeError(`${JSON.stringify(name)} cannot be the name of a variable`);
    if (value !== undefined && value !== null) list.push(`${name}=${value}`);
  }
  return list;
}
