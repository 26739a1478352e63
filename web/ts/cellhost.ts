// Which shell a cell runs in: the <bushel-shell> of the page that it names, or one
// without an element, which the cells of one name share.

import { CellShell, type CellHost } from "./cellshell.ts";
import type { BushelShell } from "./element.ts";
import { BushelError, closed } from "./fault.ts";
import { Files } from "./files.ts";
import type { Progress } from "./module.ts";
import type { Engine } from "./protocol.ts";
import { Shell } from "./shell.ts";
import { SITE } from "./site.ts";

const shells = new Map<string, Hidden>();
const ofElements = new WeakMap<BushelShell, CellShell>();

/**
 * The shell name, in the page of a cell. It is started if it is not
 * there; onProgress is told of that. One without an element lives until
 * every cell that has asked for it has left it.
 */
export function cellShell(cell: Element, name: string, engine: Engine, onProgress: (progress: Progress) => void): CellShell {
  const element = name === "" ? null : document.getElementById(name);
  if (element?.localName === "bushel-shell") {
    const shell = element as BushelShell;
    let own = ofElements.get(shell);
    if (!own) ofElements.set(shell, (own = new CellShell(shell)));
    return own;
  }
  const key = `${engine} ${name}`;
  let hidden = shells.get(key);
  if (!hidden) {
    const made: Hidden = new Hidden(engine, () => shells.get(key) === made && shells.delete(key));
    shells.set(key, (hidden = made));
  }
  hidden.cells.add(cell);
  hidden.listen(onProgress);
  return hidden.shell;
}

/** Tells that a cell is on the page no more. */
export function leaveShell(cell: Element): void {
  for (const hidden of shells.values()) {
    if (hidden.cells.delete(cell) && hidden.cells.size === 0) hidden.close();
  }
}

// Hidden is a shell without an element.
class Hidden implements CellHost {
  readonly shell = new CellShell(this);
  readonly fs: Files;
  /** The cells that have asked for it. */
  readonly cells = new Set<Element>();
  private readonly kernel: Shell;
  private readonly gone: () => void;
  private readonly listeners = new Set<(progress: Progress) => void>();

  constructor(engine: Engine, gone: () => void) {
    this.gone = gone;
    this.kernel = new Shell({
      site: SITE,
      engine,
      store: "",
      asked: false,
      limits: "",
      policy: "",
      log: "",
      credentials: "same-origin",
      initial: () => ({ packages: [], archive: "", credentials: "same-origin", files: [] }),
      opening: { init: "", prompt: "", welcome: "" },
      terminal: () => Promise.reject(new BushelError("internal", "A cell has no terminal.", "It was started as a shell.", "Report it.")),
      answers: new Map(),
      events: {
        onProgress: (progress) => this.listeners.forEach((listener) => listener(progress)),
        onPrompt() {},
        onCommand() {},
        onExit() {},
        onWish() {},
        onDeath: gone,
      },
    });
    this.kernel.booted.then(() => this.listeners.clear(), gone);
    this.fs = new Files(async () => (await this.kernel.booted).kernel.client);
  }

  listen(listener: (progress: Progress) => void): void {
    this.listeners.add(listener);
  }

  close(): void {
    this.gone();
    this.kernel.close(closed());
  }

  async spawn(...args: Parameters<CellHost["spawn"]>): ReturnType<CellHost["spawn"]> {
    return (await this.kernel.booted).processes.spawn(...args);
  }
}
