// Which shell a cell runs in: the <bushel-shell> of the page that it names, or one
// without an element, which the cells of one name share.

import { CellShell, type CellHost } from "./cellshell.ts";
import type { BushelShell } from "./element.ts";
import { BushelError } from "./fault.ts";
import { Files } from "./files.ts";
import type { Progress } from "./module.ts";
import type { Engine } from "./protocol.ts";
import { Shell } from "./shell.ts";
import { SITE } from "./site.ts";

const shells = new Map<string, Hidden>();
const ofElements = new WeakMap<BushelShell, CellShell>();

/**
 * The shell name, in the page of a cell. It is started if it is not
 * there; onProgress is told of that.
 */
export function cellShell(name: string, engine: Engine, onProgress: (progress: Progress) => void): CellShell {
  const element = name === "" ? null : document.getElementById(name);
  if (element?.localName === "bushel-shell") {
    const shell = element as BushelShell;
    let own = ofElements.get(shell);
    if (!own) ofElements.set(shell, (own = new CellShell(shell)));
    return own;
  }
  const key = `${engine} ${name}`;
  let hidden = shells.get(key);
  if (!hidden) shells.set(key, (hidden = new Hidden(engine, () => shells.delete(key))));
  hidden.listen(onProgress);
  return hidden.shell;
}

// Hidden is a shell without an element.
class Hidden implements CellHost {
  readonly shell = new CellShell(this);
  readonly fs: Files;
  private readonly kernel: Shell;
  private readonly listeners = new Set<(progress: Progress) => void>();

  constructor(engine: Engine, gone: () => void) {
    this.kernel = new Shell({
      site: SITE,
      engine,
      store: "",
      asked: false,
      limits: "",
      policy: "",
      log: "",
      credentials: "same-origin",
      initial: () => ({ archive: "", credentials: "same-origin", files: [] }),
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

  async spawn(...args: Parameters<CellHost["spawn"]>): ReturnType<CellHost["spawn"]> {
    return (await this.kernel.booted).processes.spawn(...args);
  }
}
