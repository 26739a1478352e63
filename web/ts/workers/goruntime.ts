// Starts one of our Go programs in a worker and gives access to its memory.
// Go's own wasm_exec.js, taken from the toolchain that built the program, does
// the runtime's part.
// @ts-expect-error: the build tool finds it
import "wasm_exec";

/** What wasm_exec.js defines, as far as it is used. */
interface GoClass {
  importObject: WebAssembly.Imports;
  argv: string[];
  run(instance: WebAssembly.Instance): Promise<void>;
  _resume(): void;
}
declare const Go: new () => GoClass;

const decoder = new TextDecoder();

/** From here on a message's buffer is moved and not copied, because that pays. */
const MOVED = 8192;

/** A running Go program. Its exports are E. */
export class GoProgram<E> {
  readonly exports: E & { memory?: WebAssembly.Memory; mem: WebAssembly.Memory; buffer(n: number): number };
  readonly #go: GoClass;
  #bytes = new Uint8Array(0);

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
    this.#go.importObject["bushel"] = imports(this) as WebAssembly.ModuleImports;
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

  /** Copies data into the program's receive buffer, for an export to take. */
  give(data: Uint8Array): number {
    const at = this.exports.buffer(data.length) >>> 0;
    this.bytes.set(data, at);
    return data.length;
  }

  /** A string in the program's memory. */
  text(at: number, length: number): string {
    return decoder.decode(this.bytes.subarray(at >>> 0, (at >>> 0) + (length >>> 0)));
  }

  /** Bytes of the program's memory, copied out of it. */
  copy(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(at >>> 0, (at >>> 0) + (length >>> 0)) as Uint8Array<ArrayBuffer>;
  }

  /** Runs the goroutines that an export has made ready. */
  resume(): void {
    this.#go._resume();
  }
}

/** Posts bytes, moving those that are large enough for a move to pay. */
export function postBytes(port: { postMessage(m: unknown, t: Transferable[]): void }, bytes: Uint8Array<ArrayBuffer>): void {
  port.postMessage(bytes, bytes.length > MOVED ? [bytes.buffer] : []);
}
