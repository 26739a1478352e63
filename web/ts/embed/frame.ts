// The script of embed.html: one shell in a frame, told what to be by its address and driven by
// the page around it, if that may.

import { BushelError } from "../fault.ts";
import type { BushelShell } from "../element.ts";
import { EVENTS, membersOf } from "./members.ts";
import { embedder, mayDrive, type Origins, parseOrigins } from "./origins.ts";
import { apply } from "./parameters.ts";
import { type Answer, encodeError, isOurs, malformed, message, read } from "./protocol.ts";
import { serve } from "./serve.ts";

const shell = document.querySelector("bushel-shell") as BushelShell;
const origins = listed();
const { run, refused } = apply(shell, new URLSearchParams(location.search), mayDrive(embedder(), location.origin, origins));
for (const why of refused) console.warn(`bushel: a parameter of the frame is not taken: ${why}`);
// The element starts when its module is there, so its attributes come first.
await import("../bushel.ts");
Object.assign(globalThis, { shell });
window.addEventListener("message", (event) => void receive(event));
if (parent !== window) parent.postMessage(message({ type: "hello" }), "*"); // it says nothing but that somebody listens
if (run !== undefined) await typed(run);

function listed(): Origins {
  const list = document.querySelector<HTMLMetaElement>('meta[name="bushel-origins"]')?.content ?? "";
  try {
    return parseOrigins(list);
  } catch (error) {
    console.error(`bushel: nobody else may drive this shell: ${(error as Error).message}`);
    return [];
  }
}

async function typed(line: string): Promise<void> {
  try {
    await shell.ready;
    await shell.type(line);
    await shell.press("Enter");
  } catch {
    // The element shows why.
  }
}

// Other scripts send messages too, so that only those with our field are answered.
function receive({ data, origin, source, ports }: MessageEvent<unknown>): void {
  if (!isOurs(data) || source === null) return;
  if ((data as { type?: unknown }).type === "refused") return; // who answers an answer never ends
  const [port] = ports;
  const tell = (answer: Answer): void => {
    if (port) port.postMessage(message(answer));
    else (source as WindowProxy).postMessage(message(answer), { targetOrigin: origin === "null" ? "*" : origin });
  };
  const refuse = (error: unknown): void => tell({ type: "refused", error: encodeError(error) });
  if (source !== parent || !mayDrive(origin, location.origin, origins)) {
    return refuse(
      new BushelError(
        "refused",
        "This page may not drive the shell.",
        source === parent ? `The frame's site, ${location.origin}, does not list ${origin}.` : "Only the page right around the frame may.",
        "That site names it in embed.html, in the meta element bushel-origins.",
      ),
    );
  }
  try {
    read(data, ["connect"]);
    if (!port) throw malformed("a connect without a port");
  } catch (error) {
    return refuse(error);
  }
  const say = serve(port, membersOf(shell));
  for (const name of EVENTS) {
    shell.addEventListener(name, (event) => say({ type: "event", name, detail: (event as CustomEvent<unknown>).detail }));
  }
  const state = new MutationObserver(() => say({ type: "event", name: "state", detail: { state: shell.state } }));
  state.observe(shell, { attributes: true, attributeFilter: ["state"] });
  say({ type: "welcome", state: shell.state });
}
