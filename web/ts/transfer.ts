// The page's half of the commands upload and download: shell/commands/page.go is the
// other. A message is a byte that tells what follows.

import { reason } from "./fault.ts";
import type { Conversation } from "./conversation.ts";
import { text, utf8 } from "./bytes.ts";
import type { Ask } from "./ask.ts";
import { type Found, fromInput } from "./found.ts";

const JSON_FOLLOWS = "j".charCodeAt(0);
const DATA = "d".charCodeAt(0);
const TOOK = "a".charCodeAt(0);

/** How much of a file is sent at once, and how many pieces may be on their way. */
const PIECE = 256 << 10;
const AHEAD = 4;

function message(kind: number, body: Uint8Array = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(1 + body.length);
  all[0] = kind;
  all.set(body, 1);
  return all;
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => message(JSON_FOLLOWS, utf8(JSON.stringify(value)));

/** Asks for files, and sends them. */
export async function upload(talk: Conversation, ask: Ask): Promise<void> {
  const first = await talk.receive();
  if (!first) return;
  const { directory } = JSON.parse(text(first.subarray(1))) as { directory: string };
  const found = await choose(`Files for ${directory}`, ask, talk.ended);
  if (!found) {
    talk.send(json({ Cancel: true }));
  } else {
    for (const one of found) {
      if (talk.ended.aborted) return;
      await sendOne(talk, one);
    }
    talk.send(json({ End: true }));
  }
  // The command ends the conversation.
  while (await talk.receive());
}

// A chooser opens on a click only, so there is something to click.
async function choose(title: string, ask: Ask, signal: AbortSignal): Promise<Found[] | undefined> {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  const chosen = new Promise<Found[] | undefined>((resolve) => {
    input.addEventListener("change", () => resolve(fromInput(input.files)));
    input.addEventListener("cancel", () => resolve(undefined));
  });
  const open = (folder: boolean) => (): void => {
    input.webkitdirectory = folder;
    input.click();
  };
  return ask.until(chosen, { title, buttons: [["Choose files", open(false)], ["Choose a folder", open(true)]] }, signal);
}

async function sendOne(talk: Conversation, { name, file }: Found): Promise<void> {
  if (!file) {
    talk.send(json({ Name: name, Directory: true }));
    return;
  }
  talk.send(json({ Name: name, Size: file.size, Mtime: file.lastModified }));
  let ahead = 0;
  for (let at = 0; at < file.size; at += PIECE) {
    let piece: Uint8Array;
    try {
      piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    } catch (error) {
      talk.send(json({ Error: `it cannot be read from the disk: ${reason(error)}` }));
      return;
    }
    talk.send(message(DATA, piece));
    for (ahead++; ahead >= AHEAD; ahead--) {
      if (!(await talk.receive())) return;
    }
  }
  for (; ahead > 0; ahead--) await talk.receive();
}

/** Takes a file and has the browser save it. */
export async function download(talk: Conversation): Promise<void> {
  const first = await talk.receive();
  if (!first) return;
  const { name } = JSON.parse(text(first.subarray(1))) as { name: string };
  // Blobs are the browser's to keep, on its disk if there is much of them.
  let whole = new Blob([]);
  let pieces: BlobPart[] = [];
  for (;;) {
    const next = await talk.receive();
    if (!next) return; // the command has been ended
    if (next[0] === JSON_FOLLOWS) break;
    if (next[0] !== DATA) continue;
    pieces.push(next.slice(1));
    if (pieces.length === 64) {
      whole = new Blob([whole, ...pieces]);
      pieces = [];
    }
    talk.send(message(TOOK));
  }
  save(new Blob([whole, ...pieces], { type: "application/octet-stream" }), name);
  talk.send(json({}));
  while (await talk.receive());
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
