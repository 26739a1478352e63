// The script of index.html, the page with one shell: ?engine= picks the engine, ?theme= the colours,
// ?persist= the store that is /home (or none), and ?run= is typed when the prompt is there.

import { keepFromReader } from "./embed/parameters.ts";
import type { BushelShell } from "./element.ts";

const query = new URLSearchParams(location.search);
const shell = document.querySelector("bushel-shell") as BushelShell;
for (const name of ["engine", "theme", "persist"]) {
  const value = query.get(name);
  if (value !== null) shell.setAttribute(name, value);
}
const line = query.get("run");
if (line !== null) {
  // A link to here may be anybody's, and its line runs before it is read.
  shell.setAttribute("persist", "none");
  shell.setAttribute("welcome", "The address of this page brought a line. Nothing of yours is in this shell, and nothing of it stays.");
  keepFromReader(shell);
}
// The element starts when its module is there, so its attributes come first.
await import("./bushel.ts");
Object.assign(globalThis, { shell });
shell.addEventListener("bushel-title", (event) => (document.title = (event as CustomEvent<{ title: string }>).detail.title || "Bushel"));
try {
  await shell.ready;
  shell.focus();
  if (line !== null) {
    await shell.type(line);
    await shell.press("Enter");
  }
} catch {
  // The element shows why.
}
