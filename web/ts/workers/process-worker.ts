// The worker of one guest process at a time. It runs process.wasm (the browser's
// engine) or interp.wasm (wazero), which hold the ABIs and the process's end of
// the link; a guest begins with a "start" message and ends with "idle", "done" or
// the worker's own end.
import type { FromProcess, StartGuest, StartThread, ToProcess } from "../protocol.ts";
import { type CallExports, Calls } from "./calls.ts";
import { type ChannelExports, Channels } from "./channels.ts";
import { BrowserEngine, END, endOf, type EngineExports } from "./engine.ts";
import { type GoEnd, type GoStart, runGo } from "./gojs.ts";
import { lockdown } from "./gojs-lockdown.ts";
import { type GoJSExports, InterpretedGo } from "./gojs-wazero.ts";
import { GoProgram, postBytes } from "./goruntime.ts";
import { whenRoom } from "./room.ts";
import { decodeStartInfo } from "./startinfo.ts";

interface Exports extends EngineExports, CallExports, ChannelExports, GoJSExports {
  begin(length: number, abi: number): void;
  begin_thread(length: number, id: number, arg: number): void;
  receive(length: number): void;
  stop(stopped: number): void;
  parked(): void;
}

const worker = self as unknown as { onmessage: ((event: MessageEvent<MessagePort>) => void) | null };
/** The kernel's port, which the page gives as its first and only message. */
let kernel: MessagePort;
const port = { postMessage: (message: FromProcess, transfer: Transferable[] = []) => kernel.postMessage(message, transfer) };
// A function of JavaScript, and not the bound one itself, which WebAssembly calls
// by a slower way.
const now = performance.now.bind(performance);
const clock = (): number => now();
const full = (): void => port.postMessage({ type: "full" });
const encoder = new TextEncoder();
const ABI = { wasi: 0, gojs: 1 } as const;
/** The ABI of a guest whose threads have workers of their own. */
const WASI_THREADS = 2;
/** With how much memory of its own process.wasm is used again: what copies of files took is never given back. */
const MOST_MEMORY = 96 << 20;

let go: GoProgram<Exports>;
let calls: Calls;
let channels: Channels;
/** One of the two, as the program is process.wasm or interp.wasm. */
let engine: BrowserEngine | undefined;
let interpreted: InterpretedGo | undefined;
/** The image of an interpreted guest until Go fetches it. */
let image = new Uint8Array(0);
/** The guest had JavaScript of its own: the worker is not used again. */
let tainted = false;

// An echo through a channel of our own: by the time it is back, all messages that
// waited have been handled.
const echo = new MessageChannel();
echo.port1.onmessage = () => {
  go.exports.parked();
  go.resume();
};

function boot(module: WebAssembly.Module, interprets: boolean): void {
  const fail = (error: unknown): never => {
    throw error; // reaches the kernel as the worker's error
  };
  whenRoom(() => program(module, interprets, fail), full, (made) => {
    go = made;
    port.postMessage({ type: "warm" });
  }, fail);
}

function program(module: WebAssembly.Module, interprets: boolean, ended: (error: unknown) => void): GoProgram<Exports> {
  return new GoProgram<Exports>(
    module,
    (program) => {
      calls = new Calls(program);
      channels = new Channels(program, () => {
        if (!engine) program.resume();
      });
      if (interprets) interpreted = new InterpretedGo(program);
      else engine = new BrowserEngine(program, full);
      return {
        post: (at: number, n: number) => postBytes(port, program.message(at, n)),
        now: clock,
        park: () => echo.port2.postMessage(0),
        over: () => port.postMessage({ type: "over" }),
        idle: (at: number, n: number) =>
          port.postMessage({ type: tainted || (engine && program.bytes.length > MOST_MEMORY) ? "done" : "idle", last: program.copy(at, n) }),
        image_size: () => image.length,
        image_take: (at: number) => {
          program.bytes.set(image, at >>> 0);
          image = new Uint8Array(0);
        },
        ...calls.imports(),
        ...channels.imports(),
        ...engine?.imports(),
        ...interpreted?.imports(),
      };
    },
    ended,
  );
}

/** Holds a lock as long as the worker lives, which is how its death is noticed. */
function live(): void {
  if (!navigator.locks) return; // not on a secure origin
  const lock = `bushel worker ${crypto.randomUUID()}`;
  void navigator.locks.request(lock, () => {
    port.postMessage({ type: "held", lock });
    return new Promise<never>(() => {});
  });
}

function thread({ image, info, shared, id, arg }: StartThread): void {
  engine!.module = image;
  engine!.share(shared, (message) => port.postMessage(message));
  go.exports.begin_thread(go.give(info), id, arg);
}

function start({ abi, image: code, info, shared }: StartGuest): void {
  if (engine) engine.module = code as WebAssembly.Module;
  else image = code as Uint8Array<ArrayBuffer>;
  let guest: GoStart | undefined;
  if (abi === "gojs") {
    const { pid, argv, env, cwd, fds } = decodeStartInfo(info);
    guest = { pid, argv, env, cwd, fds: fds.map((f) => [f.fd, f.info] as const) };
    tainted = true;
    lockdown();
    interpreted?.start(calls, guest);
  }
  if (shared) engine!.share(shared, (message) => port.postMessage(message));
  go.exports.begin(go.give(info), shared ? WASI_THREADS : ABI[abi]);
  if (!engine) go.resume();
  else if (guest) runOnBrowser(code as WebAssembly.Module, guest);
}

/** Runs a GOOS=js program on the browser's engine. */
function runOnBrowser(module: WebAssembly.Module, guest: GoStart): void {
  const ended = (kind: number, text: string): void => go.exports.ended(kind, go.give(encoder.encode(text)));
  const finish = (end: GoEnd): void => {
    if ("code" in end) ended(END.unwound, String(end.code));
    else ended(...endOf(end.trap));
  };
  try {
    runGo(module, calls, guest, full).then(finish, (error: unknown) => ended(...endOf(error)));
  } catch (error) {
    ended(...endOf(error));
  }
}

function receive({ data }: MessageEvent<ToProcess>): void {
  if (data instanceof Uint8Array) {
    go.exports.receive(go.take(data));
    if (!engine) go.resume();
  } else if (data.type === "boot") boot(data.module, data.interprets);
  else if (data.type === "thread") thread(data);
  else if (data.type === "stop") {
    go.exports.stop(data.stopped ? 1 : 0);
    go.resume();
  }
  else if (data.type === "pipe") channels.join(data.pipe, data.port);
  else start(data);
}

worker.onmessage = ({ data }) => {
  kernel = data;
  live();
  kernel.onmessage = receive;
};
