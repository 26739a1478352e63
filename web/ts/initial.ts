// What an element brings along: the packages that its attribute names, an archive that its
// files attribute names, and its <bushel-file> children. All is there before the first prompt.
// What the reader of a page has in a home folder that lasts is never replaced by it.

import { HOME } from "./environment.ts";
import { BushelError, reason } from "./fault.ts";
import type { Files } from "./files.ts";
import { get } from "./module.ts";
import type { RunOptions, RunResult } from "./processes.ts";

/** Where an archive is unpacked before its files are put in their places. */
const STAGE = "/tmp/.bushel-files";

/** What an element brings along. */
export interface Initial {
  /** Names of packages of the catalogue. */
  packages: readonly string[];
  /** The address of a tar (also with gzip) or zip archive for the home folder; empty: none. */
  archive: string;
  /** How they are fetched. */
  credentials: RequestCredentials;
  files: readonly InitialFile[];
}

export interface InitialFile {
  /** From the home folder, if it is not absolute. */
  path: string;
  /** Permission bits. */
  mode: number;
  /** The address of what is in it, or its text. */
  content: { src: string } | { text: string };
}

/** What host brings along; addresses are made whole. Throws a BushelError for a child that makes no sense. */
export function initialOf(host: HTMLElement): Initial {
  const archive = host.getAttribute("files");
  const packages = (host.getAttribute("packages") ?? "").split(/[\s,]+/).filter(Boolean);
  const odd = packages.find((name) => !/^\w[\w.+-]*$/.test(name));
  if (odd !== undefined) throw missing(odd, "it is no name of a package");
  return {
    packages,
    archive: archive ? new URL(archive, host.baseURI).href : "",
    credentials: host.getAttribute("credentials") === "omit" ? "omit" : "same-origin",
    files: [...host.querySelectorAll(":scope > bushel-file")].map((child) => {
      const path = child.getAttribute("path") ?? "";
      const mode = child.getAttribute("mode") ?? "644";
      if (path === "" || path.endsWith("/")) throw senseless("A <bushel-file> has no path of a file.");
      if (!/^[0-7]{3,4}$/.test(mode)) throw senseless(`The mode of ${path} is ${JSON.stringify(mode)}, and not three octal digits.`);
      const src = child.getAttribute("src");
      // Minifiers and templates join the lines of any text that is in no <pre>.
      const text = child.querySelector("pre") ?? child;
      const content = src === null ? { text: dedent(text.textContent ?? "") } : { src: new URL(src, host.baseURI).href };
      return { path, mode: Number.parseInt(mode, 8), content };
    }),
  };
}

/** Places what an element brings along; rejects with a BushelError that names the file or the package. */
export async function place(
  initial: Initial,
  files: Files,
  run: (line: string, options: RunOptions) => Promise<RunResult>,
): Promise<void> {
  for (const name of initial.packages) await install(name, run);
  if (initial.archive !== "") await unpack(initial, run);
  for (const { path, mode, content } of initial.files) {
    const at = path.startsWith("/") ? path : `${HOME}/${path}`;
    const data = "src" in content ? (await fetched(content.src, initial.credentials)).body! : content.text;
    try {
      if (await files.lstat(at).then(() => true, () => false)) continue;
      await files.mkdir(at.slice(0, at.lastIndexOf("/")) || "/", { recursive: true });
      await files.writeFile(at, data, { mode });
    } catch (error) {
      throw unplaced(path, reason(error));
    }
  }
}

// A program of the reader's own of that name is left alone.
async function install(name: string, run: (line: string, options: RunOptions) => Promise<RunResult>): Promise<void> {
  const line = `[ -e ~/bin/${name}.wasm ] && [ ! -e ~/.local/share/packages/${name}.json ] || install -q ${name}`;
  const { code, stderr } = await run(line, {});
  if (code !== 0) throw missing(name, stderr.trim().replace(`install: ${name}: `, "") || `it ended with code ${code}`);
}

async function unpack({ archive: url, credentials }: Initial, run: (line: string, options: RunOptions) => Promise<RunResult>): Promise<void> {
  const bytes = new Uint8Array(await (await fetched(url, credentials)).arrayBuffer());
  const zip = bytes[0] === 0x50 && bytes[1] === 0x4b; // "PK"
  const how = zip ? "cat >a.zip && unzip -q -d t a.zip" : "tar -xf - -C t";
  const line = `rm -rf ${STAGE} && mkdir -p ${STAGE}/t && cd ${STAGE} && ${how} && cp -a -n t/. ~ && cd / && rm -rf ${STAGE}`;
  const { code, stderr } = await run(line, { stdin: bytes });
  if (code !== 0) throw unplaced(url, stderr.trim().split("\n").at(-1) || `it ended with code ${code}`);
}

async function fetched(url: string, credentials: RequestCredentials): Promise<Response> {
  try {
    return await get(url, credentials);
  } catch (error) {
    throw unplaced(url, error instanceof BushelError ? error.cause : reason(error));
  }
}

/** A text without its first line break and without the spaces or tabs that all of its lines begin with. */
export function dedent(text: string): string {
  const lines = text.replace(/^\r?\n/, "").replace(/\n[ \t]+$/, "\n").split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)![0]);
  let common = indents[0] ?? "";
  for (const indent of indents) {
    let n = 0;
    while (n < common.length && common[n] === indent[n]) n++;
    common = common.slice(0, n);
  }
  return lines.map((line) => (line.startsWith(common) ? line.slice(common.length) : line.trimStart())).join("\n");
}

function senseless(cause: string): BushelError {
  return new BushelError("files", "The shell's files make no sense.", cause, "Correct the element's children.");
}

function missing(name: string, said: string): BushelError {
  return new BushelError(
    "packages",
    "A package that this shell brings along could not be installed.",
    `${name}: ${said}`,
    "Correct the element's packages attribute, or what catalog.json beside the site's scripts offers.",
  );
}

function unplaced(name: string, said: string): BushelError {
  return new BushelError(
    "files",
    "A file that this shell brings along could not be placed.",
    `${name}: ${said}`,
    "Check that the address is right, and that its site allows this page to read it (CORS).",
  );
}
