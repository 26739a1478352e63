// The shell that cells share. It keeps its folder, variables and functions from one
// cell to the next, as a terminal does, and has no terminal.

import type { Files } from "./files.ts";
import type { Spawned, SpawnOptions } from "./processes.ts";

/** What runs shell lines and has files: a <bushel-shell>, or a shell without an element. */
export interface CellHost {
  readonly fs: Files;
  spawn(line: string, options?: SpawnOptions): Promise<Spawned>;
}

/** Where the text of a cell is put, to be read by the shell. */
const FOLDER = "/tmp/.bushel-cells";

/** CellShell runs one cell after another, in the order in which they come. */
export class CellShell {
  private readonly host: CellHost;
  private session: Promise<Session> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  /** How many shells have begun: what a cell left behind is gone when it has changed. */
  generation = 0;

  constructor(host: CellHost) {
    this.host = host;
  }

  /**
   * Runs code and hands its output, both streams as one, to onOutput as it comes. It
   * resolves with the exit code. Aborting the signal ends the shell with all that runs in it.
   */
  run(code: string, onOutput: (text: string) => void, signal: AbortSignal): Promise<number> {
    const turn = this.last.then(() => this.turn(code, onOutput, signal));
    this.last = turn.catch(() => {});
    return turn;
  }

  private async turn(code: string, onOutput: (text: string) => void, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    this.session ??= Session.begin(this.host).then((session) => {
      this.generation++;
      return session;
    });
    let session: Session;
    try {
      session = await this.session;
    } catch (error) {
      this.session = undefined;
      throw error;
    }
    const stop = () => void session.process.kill("KILL").catch(() => {});
    signal.addEventListener("abort", stop);
    try {
      if (signal.aborted) stop();
      const result = await session.run(this.host.fs, code, onOutput);
      if (result.over) this.session = undefined;
      return result.code;
    } catch (error) {
      this.session = undefined;
      stop();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

// A shell that reads lines from its standard input: each has it read the text of a cell
// from a file, and say that it is done by a mark that no program can know.
class Session {
  readonly process: Spawned;
  private readonly input: WritableStreamDefaultWriter<Uint8Array | string>;
  private readonly output: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  private readonly mark = crypto.randomUUID();
  private readonly decoder = new TextDecoder();
  private held = "";

  private constructor(process: Spawned) {
    this.process = process;
    this.input = process.stdin.getWriter();
    this.output = process.stdout.getReader();
  }

  static async begin(host: CellHost): Promise<Session> {
    await host.fs.mkdir(FOLDER, { recursive: true });
    return new Session(await host.spawn("exec sh 2>&1"));
  }

  /** Runs code. over: the shell has ended with it. */
  async run(fs: Files, code: string, onOutput: (text: string) => void): Promise<{ code: number; over: boolean }> {
    const file = `${FOLDER}/${this.mark}`;
    await fs.writeFile(file, `${code}\n`);
    // The cell's programs do not read what the shell is to read.
    const told = this.input.write(`. ${file} </dev/null; printf '\\036%s %d\\036' ${this.mark} $?\n`);
    told.catch(() => {}); // a shell that has ended is seen at its output
    const end = new RegExp(`\\x1e${this.mark} (\\d+)\\x1e`);
    for (;;) {
      const found = end.exec(this.held);
      if (found) {
        if (found.index > 0) onOutput(this.held.slice(0, found.index));
        this.held = this.held.slice(found.index + found[0].length);
        return { code: Number(found[1]), over: false };
      }
      // What may be the beginning of the mark is held back.
      const from = this.held.indexOf("\x1e");
      const safe = from < 0 || this.held.length - from > this.mark.length + 8 ? this.held.length : from;
      if (safe > 0) onOutput(this.held.slice(0, safe));
      this.held = this.held.slice(safe);
      const { done, value } = await this.output.read();
      if (done) {
        if (this.held) onOutput(this.held);
        return { code: await this.process.exit, over: true };
      }
      this.held += this.decoder.decode(value, { stream: true });
    }
  }
}
