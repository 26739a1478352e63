// mount -t local: the user picks a folder of the disk, and the kernel gets the handle.

import type { Ask } from "./ask.ts";
import { text, utf8 } from "./bytes.ts";
import type { Conversation } from "./conversation.ts";
import { reason } from "./fault.ts";

type Picker = (options: { mode: "read" | "readwrite" }) => Promise<FileSystemDirectoryHandle>;

/** Answers web/kernel/local_js.go. */
export async function local(talk: Conversation, ask: Ask): Promise<void> {
  const first = await talk.receive();
  if (!first) return;
  const { name, write } = JSON.parse(text(first)) as { name: string; write: boolean };
  const answer = (value: { Folder: number } | { Error: string }): void => talk.send(utf8(JSON.stringify(value)) as Uint8Array<ArrayBuffer>);
  const pick = (globalThis as { showDirectoryPicker?: Picker }).showDirectoryPicker;
  if (!pick) {
    answer({ Error: "this browser does not let pages open folders of the disk: upload copies files, and Chromium can do it" });
    await talk.receive();
    return;
  }
  const { promise: chosen, resolve, reject } = Promise.withResolvers<FileSystemDirectoryHandle>();
  const open = (): void => {
    // It has to be called while the click is handled.
    pick.call(globalThis, { mode: write ? "readwrite" : "read" }).then(resolve, reject);
  };
  const label = name === "-" || name === "none" ? "Choose a folder" : `Choose a folder for ${name}`;
  try {
    const handle = await ask.until(chosen, { title: "A folder of your disk is to be mounted", buttons: [[label, open]] }, talk.ended);
    if (handle) answer({ Folder: talk.give(handle) });
    else answer({ Error: "no folder was chosen" });
  } catch (error) {
    const refused = error instanceof DOMException && error.name === "AbortError";
    answer({ Error: refused ? "no folder was chosen" : `the folder cannot be opened: ${reason(error)}` });
  }
  await talk.receive();
}
