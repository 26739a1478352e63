// Puts the tests of web/storage into a folder that a page can run: the test binary, the
// scripts of the disks, and this folder's page and worker.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const run = (command, args, env = {}) => execFileSync(command, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env } });

/** Builds, and returns the folder. */
export function buildStorageTests() {
  const out = join(root, "build/storage");
  mkdirSync(join(out, "ts"), { recursive: true });
  run("go", ["test", "-c", "-o", join(out, "storage.test.wasm"), "./web/storage"], { GOOS: "js", GOARCH: "wasm" });
  copyFileSync(join(run("go", ["env", "GOROOT"]).trim(), "lib/wasm/wasm_exec.js"), join(out, "wasm_exec.js"));
  const config = join(out, "tsconfig.json");
  const options = { noEmit: false, outDir: join(out, "ts"), rootDir: join(root, "web/ts"), rewriteRelativeImportExtensions: true };
  writeFileSync(config, JSON.stringify({ extends: join(root, "web/ts/workers/tsconfig.json"), compilerOptions: options, include: [], files: ["disks", "local"].map((name) => join(root, `web/ts/workers/${name}.ts`)) }));
  run(join(root, "node_modules/.bin/tsc"), ["-p", config]);
  for (const name of ["index.html", "worker.js"]) copyFileSync(join(here, name), join(out, name));
  return out;
}
