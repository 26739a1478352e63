// The page with one shell: ?engine= picks the engine, ?theme= the colours,
// ?persist= the store that is /home (or none), and ?run= is typed when the prompt
// is there.
const query = new URLSearchParams(location.search);
const shell = document.querySelector("bushel-shell");
for (const name of ["engine", "theme", "persist"]) {
  if (query.has(name)) shell.setAttribute(name, query.get(name));
}
// The element starts when its module is there, so its attributes come first.
await import("./bushel.js");
globalThis.shell = shell;
shell.addEventListener("bushel-title", ({ detail }) => (document.title = detail.title || "Bushel"));
const command = query.get("run");
try {
  await shell.ready;
  shell.focus();
  if (command !== null) {
    await shell.type(command);
    await shell.press("Enter");
  }
} catch {
  // The element shows why.
}
