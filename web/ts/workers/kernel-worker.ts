// The worker of the kernel: runs kernel.wasm, and gives it the page (pid 1's
// link), process workers, which the page makes, and compiled guests.
import type { BootKernel, FromKernel, ToKernel } from "../protocol.ts";
import { Disks, type DiskExports } from "./disks.ts";
import { Fetcher } from "./fetcher.ts";
import { GoProgram, postBytes } from "./goruntime.ts";
import { Guests } from "./guests.ts";
import { LocalFolders } from "./local.ts";
import { Workers } from "./remote.ts";
import { Sockets } from "./sockets.ts";
import { Sounds } from "./sounds.ts";
import { Turn } from "./turn.ts";

interface Exports extends DiskExports {
  page_message(length: number): void;
  guest_message(pid: number, length: number): void;
  guest_gone(pid: number): void;
  guest_silent(pid: number): void;
  thread_message(pid: number, id: number, length: number): void;
  thread_gone(pid: number, id: number): void;
  guest_failed(pid: number, length: number, died: number): void;
  parked(): void;
  local_done(id: number, errno: number, a: number, b: number, length: number): void;
  talk_message(id: number, length: number): void;
  talk_ended(id: number): void;
  fetch_event(id: number, kind: number, length: number): void;
  ws_event(id: number, kind: number, a: number, length: number): void;
  sound_event(id: number, kind: number, a: number, b: number, over: number, length: number): void;
}

const page = self as unknown as {
  postMessage(message: FromKernel, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToKernel>) => void) | null;
};

const workers = new Workers((message, transfer) => page.postMessage(message, transfer ?? []));
const disks = new Disks();
const sounds = new Sounds(
  (message, transfer) => page.postMessage(message, transfer),
  (id, kind, a, b, over, data) => {
    go!.exports.sound_event(id, kind, a, b, over ? 1 : 0, go!.give(data));
    go!.resume();
  },
);
const folders = new LocalFolders((id, errno, a, b, data) => {
  go!.exports.local_done(id, errno, a, b, go!.give(data));
  go!.resume();
});
/**
 * What goes to the page of one turn of the event loop, in one message: the answers of a
 * run's end come one by one, and to wake the page costs more than all of them.
 */
const toPage = new Turn((bytes) => postBytes(page as never, bytes));
let go: GoProgram<Exports> | undefined;
let guests: Guests;

const CONSOLE = ["debug", "info", "warn", "error"] as const;

/** The browser's engine can let a guest wait. */
const hasJSPI = "Suspending" in WebAssembly && "promising" in WebAssembly;

/** The engine of guests that ask for none. */
let engineOfChoice: "browser" | "wazero";

async function boot({ base, kernel, engine, store, settings, credentials }: BootKernel): Promise<void> {
  const echo = new MessageChannel();
  guests = new Guests((name) => page.postMessage({ type: "want", name }), workers, {
    message(pid, data) {
      go!.exports.guest_message(pid, go!.take(data));
      go!.settle();
    },
    gone: (pid) => go!.exports.guest_gone(pid),
    silent(pid) {
      go!.exports.guest_silent(pid);
      go!.resume();
    },
    threadMessage(pid, id, data) {
      go!.exports.thread_message(pid, id, go!.give(data));
      go!.resume();
    },
    threadGone: (pid, id) => go!.exports.thread_gone(pid, id),
    failed(pid, reason, died) {
      go!.exports.guest_failed(pid, go!.give(new TextEncoder().encode(reason)), died ? 1 : 0);
      go!.resume();
    },
  });
  const fetcher = new Fetcher(base, credentials, (id, kind, data) => {
    go!.exports.fetch_event(id, kind, go!.give(data));
    go!.resume();
  });
  const sockets = new Sockets((id, kind, a, data) => {
    go!.exports.ws_event(id, kind, a, go!.give(data));
    go!.resume();
  });
  engineOfChoice = engine !== "wazero" && hasJSPI ? "browser" : "wazero";
  let set: Uint8Array | undefined;
  go = new GoProgram<Exports>(
    kernel,
    (program) => ({
      page_post: (at: number, n: number) => toPage.post(program.copy(at, n)),
      guest_image: (id: number, at: number, n: number, min: number, max: number) => guests.image(id, program.copy(at, n), min, max),
      guest_forget: (id: number) => guests.forget(id),
      guest_start: (pid: number, image: number, interpret: number, abi: number, at: number, n: number) =>
        guests.start(pid, image, interpret !== 0 ? "wazero" : "browser", abi === 1 ? "gojs" : "wasi", program.copy(at, n)),
      guest_post: (pid: number, at: number, n: number) => guests.post(pid, program.message(at, n)),
      guest_join: (writer: number, reader: number, pipe: number) => (guests.join(writer, reader, pipe) ? 1 : 0),
      guest_end: (pid: number) => guests.end(pid),
      guest_kill: (pid: number) => guests.kill(pid),
      guest_stop: (pid: number, stopped: number) => guests.stop(pid, stopped !== 0),
      thread_post: (pid: number, id: number, at: number, n: number) => guests.postThread(pid, id, program.copy(at, n)),
      has_threads: () => (globalThis.crossOriginIsolated && typeof SharedArrayBuffer === "function" ? 1 : 0),
      has_browser_engine: () => (engineOfChoice === "browser" ? 1 : 0),
      fetch_begin: (id: number, at: number, n: number, content: number, m: number) =>
        fetcher.begin(id, program.text(at, n), program.copy(content, m)),
      fetch_body: (id: number, at: number, n: number, last: number) => fetcher.body(id, program.copy(at, n), last),
      fetch_pull: (id: number) => fetcher.pull(id),
      fetch_abort: (id: number) => fetcher.abort(id),
      ws_open: (id: number, at: number, n: number) => sockets.open(id, program.text(at, n)),
      ws_send: (id: number, text: number, at: number, n: number) => sockets.send(id, text !== 0, program.copy(at, n)),
      ws_pull: (id: number) => sockets.pull(id),
      ws_close: (id: number, code: number, at: number, n: number) => sockets.close(id, code, program.text(at, n)),
      sound_open: (id: number, rate: number, channels: number) => sounds.open(id, rate, channels),
      sound_write: (id: number, at: number, n: number) => sounds.write(id, program.copy(at, n)),
      sound_order: (id: number, order: number, value: number) => sounds.order(id, order, value),
      local_begin: (id: number, folder: number, op: number, at: number, n: number, off: number, size: number, data: number, m: number) =>
        folders.begin(id, folder, op, program.text(at, n), off, size, program.copy(data, m)),
      talk_open: (id: number, at: number, n: number) => page.postMessage({ type: "talk-open", id, what: program.text(at, n) }),
      talk_send: (id: number, at: number, n: number) => {
        const data = program.copy(at, n);
        page.postMessage({ type: "talk", id, data }, [data.buffer]);
      },
      talk_close: (id: number) => page.postMessage({ type: "talk-close", id }),
      now: () => performance.now(),
      park: () => echo.port2.postMessage(0),
      settings: (at: number, n: number) => {
        set ??= new TextEncoder().encode(JSON.stringify(settings));
        program.bytes.set(set.subarray(0, n >>> 0), at >>> 0);
        return set.length;
      },
      save_grants: (at: number, n: number) => page.postMessage({ type: "grants", text: program.text(at, n) }),
      console: (kind: number, at: number, n: number) => console[CONSOLE[kind] ?? "error"](program.text(at, n)),
      home_store: (at: number, n: number) => new TextEncoder().encodeInto(store, program.bytes.subarray(at >>> 0, (at >>> 0) + n)).written,
      booted: (at: number, n: number, minor: number) => page.postMessage({ type: "booted", notice: program.text(at, n), minor: minor !== 0 }),
      ...disks.imports(program),
    }),
    (error) => page.postMessage({ type: "failed", error: `the kernel has stopped: ${String(error)}` }),
  );
  echo.port1.onmessage = () => {
    go!.exports.parked();
    go!.resume();
  };
}

page.onmessage = ({ data }) => {
  if (data instanceof Uint8Array || Array.isArray(data)) {
    go!.exports.page_message(go!.give(...(Array.isArray(data) ? data : [data])));
    go!.settle();
  } else if (data.type === "worker-failed") {
    workers.failed(data.id, data.message);
  } else if (data.type === "module") {
    guests.give(data.name, data.module);
  } else if (data.type === "sound") {
    sounds.heard(data);
  } else if (data.type === "warm") {
    guests.warm(engineOfChoice);
  } else if (data.type === "store") {
    disks.expect(data.name);
  } else if (data.type === "folder") {
    folders.add(data.id, data.handle);
  } else if (data.type === "talk") {
    go!.exports.talk_message(data.id, go!.give(data.data));
    go!.resume();
  } else if (data.type === "talk-close") {
    go!.exports.talk_ended(data.id);
    go!.resume();
  } else {
    boot(data).catch((error: unknown) => page.postMessage({ type: "failed", error: error instanceof Error ? error.message : String(error) }));
  }
};
