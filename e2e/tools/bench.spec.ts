// make bench: how fast the page is, as ratios to the same module instantiated
// bare in the same page. It prints a table and asserts nothing: the machine
// is whoever's it is.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { engines, type ShellPage, test } from "../fixtures.ts";
import { findGuest } from "../guests.ts";

const ROUNDS = 15;
const PRIMES: Record<string, number> = { browser: 50_000_000, wazero: 300_000 };

const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

/** Milliseconds of each of many runs of a line, from outside. */
async function times(shell: ShellPage, line: string, rounds: number): Promise<number[]> {
  return shell.page.evaluate(
    async ([line, rounds]) => {
      const all: number[] = [];
      for (let i = 0; i < rounds + 3; i++) {
        const begun = performance.now();
        const { code, stderr } = await globalThis.shell.run(line);
        if (code !== 0) throw new Error(`${line}: ${code}: ${stderr}`);
        if (i >= 3) all.push(performance.now() - begun); // the first ones compile
      }
      return all;
    },
    [line, rounds] as const,
  );
}

/** The same for a WASI module with nothing around it, in a worker. */
async function bare(shell: ShellPage, name: string, args: string[], rounds: number): Promise<number[]> {
  return shell.page.evaluate(
    async ([name, args, rounds]) => {
      const script = `onmessage = async ({ data: { module, args, rounds } }) => {
        const bytes = args.map((a) => new TextEncoder().encode(a + "\\0"));
        const all = [];
        for (let i = 0; i < rounds + 3; i++) {
          const begun = performance.now();
          let memory;
          const view = () => new DataView(memory.buffer);
          const own = {
            args_sizes_get: (n, size) => (view().setUint32(n, bytes.length, true), view().setUint32(size, bytes.reduce((s, b) => s + b.length, 0), true), 0),
            args_get: (list, at) => { for (const b of bytes) { view().setUint32(list, at, true); new Uint8Array(memory.buffer).set(b, at); list += 4; at += b.length; } return 0; },
            fd_write: (fd, iovs, n, written) => { let sum = 0; for (let i = 0; i < n; i++) sum += view().getUint32(iovs + 8 * i + 4, true); view().setUint32(written, sum, true); return 0; },
            fd_prestat_get: () => 8,
            proc_exit: (code) => { throw code; },
          };
          const wasi = new Proxy(own, { get: (all, name) => all[name] ?? (() => 0) });
          const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi });
          memory = instance.exports.memory;
          try { instance.exports._start(); } catch (code) { if (code !== 0) throw code; }
          if (i >= 3) all.push(performance.now() - begun);
        }
        postMessage(all);
      };`;
      const bytes = await globalThis.shell.fs.readFile(`bin/${name}.wasm`);
      const module = await WebAssembly.compile(bytes.slice());
      const worker = new Worker(URL.createObjectURL(new Blob([script])));
      return new Promise<number[]>((resolve, reject) => {
        worker.onmessage = ({ data }) => (worker.terminate(), resolve(data));
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage({ module, args: [name, ...args], rounds });
      });
    },
    [name, args, rounds] as const,
  );
}

test("the speed of the page", async ({ open, browser }) => {
  test.skip("missing" in findGuest("primes-c") || "missing" in findGuest("hello-go"), "the guests are not built");
  const rows: string[][] = [];
  const prompts: number[] = [];
  for (let i = 0; i < 5; i++) {
    const shell = await open();
    prompts.push(await shell.page.evaluate(() => performance.now()));
    await shell.page.close();
  }
  rows.push(["page to prompt", "", `${median(prompts).toFixed(0)} ms`, ""]);
  for (const engine of engines) {
    const shell = await open(engine);
    await shell.install("hello-c", "hello-go", "primes-c");
    for (const name of ["hello-c", "hello-go"]) {
      const outside = median(await times(shell, name, ROUNDS));
      rows.push([`warm start, ${name}`, engine, `${outside.toFixed(1)} ms`, ""]);
    }
    const n = String(PRIMES[engine]);
    const alone = median(await bare(shell, "primes-c", [n], 3));
    const here = median(await times(shell, `primes-c ${n}`, 3));
    rows.push([`primes-c ${n}`, engine, `${here.toFixed(1)} ms`, `${(here / alone).toFixed(2)} times bare`]);
    if (engine === "wazero") {
      await shell.page.close();
      continue; // the pipe has no guest in it
    }
    const mib = 32;
    const piped = median(await times(shell, `head -c ${mib << 20} /dev/zero | cat > /dev/null`, 3));
    rows.push(["pipe between two commands", "", `${((mib / piped) * 1000).toFixed(0)} MiB/s`, ""]);
    await shell.page.close();
  }
  const go = execFileSync("go", ["version"], { encoding: "utf8" }).split(" ")[2];
  console.log(`\n${new Date().toISOString().slice(0, 10)}, Chromium ${browser.version()}, ${go}, ${cpus().length} processors\n`);
  console.log("| What | Engine | Time | Ratio |\n|---|---|---|---|");
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
});
