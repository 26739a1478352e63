// The members of the element as an embedding page calls them. docs/embedding.md lists them.

import type { BushelShell } from "../element.ts";
import type { WriteOptions } from "../files.ts";
import type { RunOptions, SpawnOptions } from "../processes.ts";
import type { Source } from "../source.ts";
import { receiveStream, sendStream } from "./portstream.ts";
import { type Member, serve } from "./serve.ts";

/** The events of the element that are told, by their names. */
export const EVENTS = ["bushel-progress", "bushel-ready", "bushel-command", "bushel-exit", "bushel-error", "bushel-title"] as const;

/** What a page may ask of a shell. */
export function membersOf(shell: BushelShell): ReadonlyMap<string, Member> {
  const { fs } = shell;
  const members: Record<string, Member> = {
    ready: () => shell.ready,
    start: () => shell.start(),
    focus: () => shell.focus(),
    run: ([line, options], signal) => {
      const given = record(options);
      return shell.run(text(line, "line"), { ...given, ...(given["stdin"] === undefined ? {} : { stdin: source(given["stdin"]) }), signal } as RunOptions);
    },
    spawn: ([line, options], _, transfer) => spawn(shell, text(line, "line"), record(options), transfer),
    type: ([keys]) => shell.type(text(keys, "text")),
    press: ([key]) => shell.press(text(key, "key")),
    screen: ([options]) => shell.screen(record(options)),
    find: ([what, options]) => shell.find(text(what, "text"), record(options)),
    "fs.readFile": ([path, encoding]) => fs.readFile(text(path, "path"), encoding as "utf8"),
    "fs.writeFile": ([path, data, options]) => fs.writeFile(text(path, "path"), source(data), typeof options === "string" ? (options as "utf8") : (record(options) as WriteOptions)),
    "fs.readdir": ([path, options]) => fs.readdir(text(path, "path"), record(options) as { withFileTypes: true }),
    "fs.stat": async ([path]) => ({ ...(await fs.stat(text(path, "path"))) }),
    "fs.lstat": async ([path]) => ({ ...(await fs.lstat(text(path, "path"))) }),
    "fs.mkdir": ([path, options]) => fs.mkdir(text(path, "path"), record(options)),
    "fs.rm": ([path, options]) => fs.rm(text(path, "path"), record(options)),
    "fs.rename": ([from, to]) => fs.rename(text(from, "path"), text(to, "path")),
    "bus.link": ([port]) => shell.joinBus(portOf(port)),
  };
  return new Map(Object.entries(members));
}

async function spawn(shell: BushelShell, line: string, options: SpawnOptions, transfer: Transferable[]): Promise<unknown> {
  const spawned = await shell.spawn(line, options);
  const [stdin, stdout, stderr, control] = [new MessageChannel(), new MessageChannel(), new MessageChannel(), new MessageChannel()];
  receiveStream(stdin.port1).pipeTo(spawned.stdin).catch(() => {}); // who no longer reads has told the writer
  sendStream(spawned.stdout, stdout.port1);
  sendStream(spawned.stderr, stderr.port1);
  const members: Record<string, Member> = {
    exit: () => spawned.exit,
    kill: ([signal]) => spawned.kill(signal as string | number | undefined),
    resize: ([size]) => spawned.resize(record(size) as { cols: number; rows: number }),
  };
  serve(control.port1, new Map(Object.entries(members)));
  const ports = { stdin: stdin.port2, stdout: stdout.port2, stderr: stderr.port2, control: control.port2 };
  transfer.push(...Object.values(ports));
  return { pid: spawned.pid, ...ports };
}

const source = (data: unknown): Source => (data instanceof MessagePort ? receiveStream(data) : (data as Source));

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new TypeError(`the ${what} is no text`);
  return value;
}

function record(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || value instanceof MessagePort) throw new TypeError("the options are no object");
  return value as Record<string, unknown>;
}

function portOf(value: unknown): MessagePort {
  if (!(value instanceof MessagePort)) throw new TypeError("there is no port for the link");
  return value;
}
