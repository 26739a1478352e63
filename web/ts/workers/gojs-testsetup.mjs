// What the tests of Go guests share: the compiled TypeScript, the guest built by
// the Go toolchain, and running it in a worker.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../../..");
export const tmp = mkdtempSync(join(tmpdir(), "gojs-"));
process.on("exit", () => rmSync(tmp, { recursive: true, force: true }));

/** Runs a program that has to succeed. */
export function sh(command, args, options = {}) {
  const r = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
  if (r.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${r.error ?? ""}${r.stdout}${r.stderr}`);
  return r.stdout;
}

/** Builds a Go package for js; the file's path. */
export function build(pkg, name) {
  const out = join(tmp, name);
  sh("go", ["build", "-o", out, pkg], { env: { ...process.env, GOOS: "js", GOARCH: "wasm" } });
  return out;
}

/** Compiles the TypeScript to modules that Node runs; their folder. */
export function compile() {
  writeFileSync(
    join(tmp, "tsconfig.json"),
    JSON.stringify({
      extends: join(here, "tsconfig.json"),
      compilerOptions: { noEmit: false, outDir: join(tmp, "ts"), rootDir: join(here, ".."), rewriteRelativeImportExtensions: true, lib: ["ES2024", "WebWorker"] },
      include: [],
      files: ["gojs.ts", "gojs-lockdown.ts", "gojs-wazero.ts"].map((f) => join(here, f)),
    }),
  );
  sh(join(root, "node_modules/.bin/tsc"), ["-p", join(tmp, "tsconfig.json")]);
  writeFileSync(join(tmp, "ts/package.json"), '{"type":"module"}');
  return join(tmp, "ts");
}

/** Starts one of the workers beside this file. */
export function startWorker(file, workerData) {
  return new Worker(join(here, file), { workerData });
}

/** What a worker says next. */
export function nextMessage(worker) {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error("the worker ended without a word"));
    worker.once("error", reject).once("exit", ended);
    worker.once("message", (message) => {
      worker.off("error", reject).off("exit", ended);
      resolve(message);
    });
  });
}

/** Runs jobs one after another in one worker: what became of them, and of the worker's globals. */
export async function runInWorker(data) {
  const worker = startWorker("gojs-testworker.mjs", data);
  try {
    return await nextMessage(worker);
  } finally {
    await worker.terminate();
  }
}
