// The worker of one guest process at a time. It runs process.wasm (the browser's
// engine) or interp.wasm (wazero), which hold the ABIs and the process's end of
// the link; a guest begins with a "start" message and ends with "idle" or with
// the worker.
import type { FromProcess, ToProcess } from "../protocol";
import { BrowserEngine, type EngineExports } from "./engine";
import { GoProgram, postBytes } from "./goruntime";

interface Exports extends EngineExports {
  begin(length: number, abi: number): void;
  receive(length: number): void;
  parked(): void;
}

const port = self as unknown as {
  postMessage(message: FromProcess, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToProcess>) => void) | null;
};
const ABI = { wasi: 0, gojs: 1 } as const;

let go: GoProgram<Exports>;
let engine: BrowserEngine | undefined;
/** The image of an interpreted guest until Go fetches it. */
let image = new Uint8Array(0);

// An echo through a channel of our own: by the time it is back, all messages that
// waited have been handled.
const echo = new MessageChannel();
echo.port1.onmessage = () => {
  go.exports.parked();
  go.resume();
};

function boot(module: WebAssembly.Module, interprets: boolean): void {
  const bytes = (at: number, n: number): Uint8Array<ArrayBuffer> => go.copy(at, n);
  go = new GoProgram<Exports>(
    module,
    (program) => {
      engine = interprets ? undefined : new BrowserEngine(program);
      return {
        post: (at: number, n: number) => postBytes(port as never, bytes(at, n)),
        now: () => performance.now(),
        park: () => echo.port2.postMessage(0),
        idle: () => port.postMessage({ type: "idle" }),
        image_size: () => image.length,
        image_take: (at: number) => {
          go.bytes.set(image, at >>> 0);
          image = new Uint8Array(0);
        },
        ...engine?.imports(),
      };
    },
    (error) => {
      throw error; // reaches the kernel as the worker's error
    },
  );
  port.postMessage({ type: "warm" });
}

port.onmessage = ({ data }) => {
  if (data instanceof Uint8Array) {
    go.exports.receive(go.give(data));
    if (!engine) go.resume();
    return;
  }
  switch (data.type) {
    case "boot":
      boot(data.module, data.interprets);
      break;
    case "start":
      if (engine) engine.module = data.image as WebAssembly.Module;
      else image = data.image as Uint8Array<ArrayBuffer>;
      go.exports.begin(go.give(data.info), ABI[data.abi]);
      go.resume();
      break;
  }
};
