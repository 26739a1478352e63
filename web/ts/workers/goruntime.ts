// Starts one of our Go programs in a worker and gives access to its memory.
// Go's own wasm_exec.js, taken from the toolchain that built the program, does
// the runtime's part.
// @ts-expect-error: the build tool finds it
import "wasm_exec";

/** What wasm_exec.js defines, as far as it is used. */
interface GoClass {
  importObject: WebAssembly.Imports;
  mem: DataView;
  argv: string[];
  run(instance: WebAssembly.Instance): Promise<void>;
  _resume(): void;
  _nextCallbackTimeoutID: number;
  /** The timers that the runtime waits for. It takes one out when it has heard of it. */
  _scheduledTimeouts: Map<number, ReturnType<typeof setTimeout>>;
}
declare const Go: new () => GoClass;

const decoder = new TextDecoder();
const { port1: nowhere, port2: closed } = new MessageChannel();
closed.close();

/** Gives a buffer's memory back at once, and not when the worker's garbage is collected. */
function letGo(buffer: ArrayBuffer): void {
  nowhere.postMessage(null, [buffer]);
}

/** From here on a message's buffer is moved and not copied, because that pays. */
const MOVED = 2048;
/** From here on the buffer of a message that has come is used for one that goes. */
const REUSED = 16 << 10;
/** How many such buffers are kept, and how long each may be. */
const MOST_SPARES = 4;
const LONGEST_SPARE = 1 << 20;
/** What a new buffer of that kind is rounded up to, for messages differ by some bytes. */
const ROUND = 4 << 10;

/** After how many milliseconds the runtime is resumed that has not been behind each export. */
const SETTLED = 1;

/** What GoProgram itself uses of a program's exports. */
interface OwnExports {
  memory?: WebAssembly.Memory;
  mem: WebAssembly.Memory;
  buffer(n: number): number;
  /** Of a program that collects garbage in parts. */
  part?(alone: number): void;
}

/** A running Go program. Its exports are E. */
export class GoProgram<E> {
  readonly exports: E & OwnExports;
  readonly #go: GoClass;
  /** Garbage is being collected: goroutines run by parts. */
  #collecting = false;
  #nextPart: ReturnType<typeof setTimeout> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #bytes = new Uint8Array(0);
  /** Buffers of messages that have come. */
  readonly #spares: ArrayBuffer[] = [];

  /**
   * Runs the program until its main function waits.
   *
   * @param module what the Go toolchain made
   * @param imports the functions of module "bushel" that the program imports; they
   *   may be called before the constructor has returned
   * @param ended is called if the program ends, which none of ours does in health
   */
  constructor(module: WebAssembly.Module, imports: (go: GoProgram<E>) => Record<string, Function>, ended: (error: unknown) => void) {
    this.#go = new Go();
    const collecting = (on: number): void => { this.#collecting = on !== 0; };
    this.#go.importObject["bushel"] = { collecting, ...imports(this) } as WebAssembly.ModuleImports;
    const own = this.#go.importObject["gojs"] as Record<string, unknown>;
    own["runtime.scheduleTimeoutEvent"] = (sp: number) => this.#schedule(sp >>> 0);
    const instance = new WebAssembly.Instance(module, this.#go.importObject);
    this.exports = instance.exports as never;
    this.#go.run(instance).then(() => ended(new Error("the program ended")), ended);
  }

  /** The program's memory. The array is good until Go code runs the next time. */
  get bytes(): Uint8Array {
    // Growing memory detaches the buffer, and the array's length is then 0.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.exports.mem.buffer);
    return this.#bytes;
  }

  /** Copies data, or its pieces, into the program's receive buffer, for an export to take. */
  give(...pieces: Uint8Array[]): number {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    let at = this.exports.buffer(length) >>> 0;
    for (const piece of pieces) {
      this.bytes.set(piece, at);
      at += piece.length;
    }
    return length;
  }

  /** Is give for a message, whose buffer is then used for one that goes: see message. */
  take(data: Uint8Array): number {
    const { byteLength } = data.buffer;
    const n = this.give(data);
    const spares = this.#spares;
    if (byteLength >= REUSED && byteLength <= LONGEST_SPARE) {
      if (spares.length === MOST_SPARES) letGo(spares.shift()!);
      spares.push(data.buffer as ArrayBuffer);
    }
    return n;
  }

  /** A string in the program's memory. */
  text(at: number, length: number): string {
    return decoder.decode(this.bytes.subarray(at >>> 0, (at >>> 0) + (length >>> 0)));
  }

  /** Bytes of the program's memory, copied out of it. */
  copy(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(at >>> 0, (at >>> 0) + (length >>> 0)) as Uint8Array<ArrayBuffer>;
  }

  /**
   * Is copy for a message. The buffer of a long one must be moved: it may be longer, and one that
   * came, whose memory is warm and costs no collection.
   */
  message(at: number, length: number): Uint8Array<ArrayBuffer> {
    length >>>= 0;
    if (length < REUSED) return this.copy(at, length);
    const spares = this.#spares;
    const i = spares.findLastIndex(({ byteLength }) => byteLength >= length && byteLength <= 2 * length);
    const buffer = i < 0 ? new ArrayBuffer(Math.ceil(length / ROUND) * ROUND) : spares.splice(i, 1)[0]!;
    const message = new Uint8Array(buffer, 0, length);
    message.set(this.bytes.subarray(at >>> 0, (at >>> 0) + length));
    return message;
  }

  /** Runs the goroutines that an export has made ready. */
  resume(): void {
    if (this.#collecting) this.#part(false);
    else this.#go._resume();
  }

  /**
   * Goes behind an export that has let goroutines run by itself: the runtime, which sets its timers
   * when nothing else can run, is resumed for many of them once.
   */
  settle(): void {
    if (this.#collecting) this.#part(false);
    else this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.resume();
    }, SETTLED);
  }

  // A part of what there is to do while garbage is collected: web/kernel/collect_js.go says
  // why. The next one comes by a timer, unless messages come before, so that a collection ends
  // also if nothing else goes on.
  #part(alone: boolean): void {
    this.exports.part!(alone ? 1 : 0);
    if (this.#collecting) {
      this.#nextPart ??= setTimeout(() => {
        this.#nextPart = undefined;
        if (this.#collecting) this.#part(true);
      });
    } else {
      this.#go._resume(); // hears of the timers that were due meanwhile, too
    }
  }

  // Sets a timer of the runtime, as wasm_exec.js does. One that is due in a collection is
  // served by the collection's parts, and the runtime hears of it after that.
  #schedule(sp: number): void {
    const { mem, _scheduledTimeouts: timers } = this.#go;
    const id = this.#go._nextCallbackTimeoutID++;
    timers.set(id, setTimeout(() => this.resume(), Number(mem.getBigInt64(sp + 8, true))));
    mem.setInt32(sp + 16, id, true);
  }
}

/** Posts bytes, moving those that are large enough for a move to pay. */
export function postBytes(port: { postMessage(m: unknown, t: Transferable[]): void }, bytes: Uint8Array<ArrayBuffer>): void {
  port.postMessage(bytes, bytes.length > MOVED ? [bytes.buffer] : []);
}
