// The kernel's worker: started, told what to boot, listened to, and ended.

import { Client } from "./client.ts";
import { Conversations, type Answer } from "./conversation.ts";
import { BushelError, reason } from "./fault.ts";
import { get, loadModule, type OnProgress } from "./module.ts";
import type { BootKernel, Booted, Credentials, Engine, FromKernel, GiveModule, OpenStore, Settings, Warm } from "./protocol.ts";
import type { Site } from "./site.ts";
import { Sound } from "./sound.ts";
import { ProcessWorkers, startWorker } from "./worker.ts";

/** How long a kernel may take from its boot message to its first word, in milliseconds. */
const PATIENCE = 60_000;

export interface KernelOptions {
  site: Site;
  engine: Engine;
  /** The store that is to be /home; empty: /home is in memory. */
  store: string;
  settings: Settings;
  credentials: Credentials;
  /** Keeps the user's grants. */
  onGrants(text: string): void;
  onProgress: OnProgress;
  /** The kernel has its module and boots: this thread has nothing to do for it meanwhile. */
  onBoot(): void;
  /** What answers programs that want something of the page's user. */
  answers: ReadonlyMap<string, Answer>;
}

/** A kernel that has booted. */
export class Kernel {
  readonly client: Client;
  /** Resolves with the reason when the kernel has died by itself. */
  readonly died: Promise<BushelError>;
  /** What it said of its files when it had booted. */
  readonly booted: Booted;
  /** Has it make process workers ahead of their use. */
  readonly warm: () => void;
  private readonly end: () => void;

  private constructor(warm: () => void, end: () => void, client: Client, died: Promise<BushelError>, booted: Booted) {
    this.warm = warm;
    this.end = end;
    this.booted = booted;
    this.client = client;
    this.died = died;
  }

  /** Boots a kernel; rejects with a BushelError. Aborting the signal ends it for good, also later. */
  static async boot(options: KernelOptions, signal: AbortSignal): Promise<Kernel> {
    check();
    const { base, kernelWorker: url, processWorker, modules } = options.site;
    // The worker starts while the module is on its way.
    const module = loadModule(modules.kernel, "kernel", options.onProgress);
    module.catch(() => {}); // it is awaited below
    const worker = start(url);
    // So does the store open.
    if (options.store) worker.postMessage({ type: "store", name: options.store } satisfies OpenStore);
    const processes = new ProcessWorkers(processWorker, (message) => worker.postMessage(message));
    const talks = new Conversations(options.answers, (message, transfer) => worker.postMessage(message, transfer));
    const sound = new Sound(options.site.player, (state) => worker.postMessage(state));
    const end = (): void => {
      worker.terminate();
      sound.closeAll();
      talks.close();
      processes.close();
    };
    signal.addEventListener("abort", end);
    const client = new Client({ postMessage: (message, transfer) => worker.postMessage(message, transfer) });
    const { promise: died, resolve: die } = Promise.withResolvers<BushelError>();
    const { promise: booted, resolve: boot } = Promise.withResolvers<Booted>();
    died.then((error) => {
      end();
      client.close(error);
    });
    worker.onmessage = ({ data }: MessageEvent<FromKernel>) => {
      if (data instanceof Uint8Array) {
        try {
          client.receive(data);
        } catch (error) {
          die(dead(`its answer makes no sense: ${reason(error)}`));
        }
      } else if (data.type === "want") {
        const { name } = data;
        loadModule(modules[name], name, () => {}).then(
          (module) => worker.postMessage({ type: "module", name, module } satisfies GiveModule),
          (error) => worker.postMessage({ type: "module", name, module: error instanceof BushelError ? error.cause : reason(error) } satisfies GiveModule),
        );
      } else if (data.type === "grants") {
        options.onGrants(data.text);
      } else if (data.type === "booted") {
        boot(data);
      } else if (data.type === "make") {
        processes.make(data);
      } else if (data.type === "terminate") {
        processes.terminate(data.id);
      } else if (data.type === "talk-open") {
        talks.begin(data.id, data.what);
      } else if (data.type === "talk") {
        talks.message(data.id, data.data);
      } else if (data.type === "talk-close") {
        talks.end(data.id);
      } else if (data.type === "sound-open") {
        void sound.open(data);
      } else if (data.type === "sound-close") {
        sound.close(data.id);
      } else {
        die(dead(data.error));
      }
    };
    worker.onmessageerror = () => die(dead("its answer could not be read"));
    worker.onerror = (event) => {
      event.preventDefault();
      if (event.message) die(dead(event.message));
      else blocked(url).then(die);
    };
    const failed = died.then((error) => Promise.reject(error));
    failed.catch(() => {});
    let word: Booted;
    try {
      const kernel = await Promise.race([module, failed]);
      signal.throwIfAborted();
      worker.postMessage({ type: "boot", base, kernel, engine: options.engine, store: options.store, settings: options.settings, credentials: options.credentials } satisfies BootKernel);
      options.onBoot();
      const late = setTimeout(() => die(dead(`it said nothing for ${PATIENCE / 1000} seconds`)), PATIENCE);
      word = await Promise.race([booted, failed]).finally(() => clearTimeout(late));
      signal.throwIfAborted();
    } catch (error) {
      end();
      throw error;
    }
    return new Kernel(() => worker.postMessage({ type: "warm" } satisfies Warm), end, client, died, word);
  }


  /** Ends the kernel and everything in it at once; open calls end with error. */
  close(error: BushelError): void {
    this.end();
    this.client.close(error);
  }
}

// What can be known to be missing before anything is fetched.
function check(): void {
  if (location.protocol === "file:") {
    throw new BushelError(
      "file",
      "The shell cannot run from a file.",
      "This page was opened from a disk (file:), where browsers allow no workers.",
      "Serve the folder with any web server, such as: make run",
    );
  }
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    const what = typeof WebAssembly !== "object" ? "WebAssembly" : "Web Workers";
    throw new BushelError(
      "unsupported",
      `This browser has no ${what}.`,
      "It is too old, or a setting (such as a lockdown mode) turns it off.",
      "Use a current Chromium, Firefox or Safari, or allow it for this site.",
    );
  }
}

function start(url: string): Worker {
  try {
    return startWorker(url, "bushel kernel");
  } catch (error) {
    throw forbidden(reason(error));
  }
}

// A worker that does not start says nothing of why: either its script is not
// there, or the page's policy forbids it.
async function blocked(url: string): Promise<BushelError> {
  try {
    await get(url);
  } catch (error) {
    if (error instanceof BushelError) return error;
  }
  return forbidden("the worker did not start");
}

function forbidden(said: string): BushelError {
  return new BushelError(
    "blocked",
    "This page does not allow the shell's workers.",
    `Its content security policy, or a browser extension, blocks them: ${said}.`,
    "Allow them with worker-src 'self' blob: in the page's policy.",
  );
}

function dead(said: string): BushelError {
  return new BushelError(
    "kernel",
    "The shell's kernel has stopped.",
    `It said: ${said}`,
    "Start it again; what was in its memory is gone.",
  );
}
