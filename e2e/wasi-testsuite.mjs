// Runs the preview 1 cases of the official wasi-testsuite (a checkout of its
// branch prod/testsuite-base) natively and in Chromium, each on both engines, and
// prints a table: node e2e/wasi-testsuite.mjs CHECKOUT. In the page a case is a
// file that shell.run starts, its folder a copy that it gets by run's --dir.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM, openShell } from "./chromium.mjs";
import { serve } from "./folders.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = process.env.DIST ?? join(ROOT, "dist");
/** How long a case may take, in milliseconds. */
const TIMEOUT = 30_000;
const NATIVE = ["compiler", "interpreter"];
const PAGE = ["browser", "wazero"];

/** The cases in a checkout, with what their json files say. */
function findCases(checkout) {
  const cases = [];
  const tests = join(checkout, "tests");
  for (const language of existsSync(tests) ? readdirSync(tests) : []) {
    const folder = join(tests, language, "testsuite", "wasm32-wasip1");
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".wasm"))) {
      const path = join(folder, file);
      const json = path.replace(/\.wasm$/, ".json");
      const spec = existsSync(json) ? JSON.parse(readFileSync(json, "utf8")) : {};
      cases.push({ name: `${language}/${basename(file, ".wasm")}`, path, spec });
    }
  }
  return cases;
}

/** The files and folders below a folder, folders first. */
function tree(folder, prefix = "") {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const relative = prefix + name;
    if (!statSync(path).isDirectory()) return [{ path: relative, bytes: [...readFileSync(path)] }];
    return [{ path: relative }, ...tree(path, `${relative}/`)];
  });
}

/** Runs the cases by go test; resolves to faults by engine and name. */
async function runNatively(checkout) {
  const results = new Map();
  const output = new Map();
  const child = spawn("go", ["test", "-json", "-count=1", "-run", "^TestSuite$", "./kernel/machine"], {
    cwd: ROOT,
    env: { ...process.env, BUSHEL_WASI_TESTSUITE: checkout },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  const take = (line) => {
    if (!line.startsWith("{")) return;
    const event = JSON.parse(line);
    const match = /^TestSuite\/([^/]+)\/(.+)$/.exec(event.Test ?? "");
    if (!match) return;
    const key = `${match[1]} ${match[2]}`;
    if (event.Action === "output" && !/^\s*(---|===)/.test(event.Output)) output.set(key, (output.get(key) ?? "") + event.Output);
    if (event.Action === "pass") results.set(key, "");
    if (event.Action === "fail") results.set(key, (output.get(key) ?? "it failed").trim());
  };
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    lines.forEach(take);
  });
  await new Promise((done, fail) => child.on("close", done).on("error", fail));
  take(rest);
  return results;
}

/** Runs one case in the page; resolves to what is wrong with it, "" if nothing is. */
async function runInPage(page, engine, number, { path, spec, checkout }) {
  const folder = join(dirname(path), spec.root ?? "");
  const result = await page.evaluate(
    async ([engine, work, url, file, spec, files, timeout]) => {
      await shell.fs.mkdir(`${work}/tree`, { recursive: true });
      for (const { path, bytes } of files ?? []) {
        if (bytes) await shell.fs.writeFile(`${work}/tree/${path}`, new Uint8Array(bytes));
        else await shell.fs.mkdir(`${work}/tree/${path}`, { recursive: true });
      }
      const program = `${work}/${file}`;
      await shell.fs.writeFile(program, new Uint8Array(await (await fetch(url)).arrayBuffer()));
      const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;
      // A case that looks at its environment wants no variable of the shell's there.
      const environ = ["env", "-i", ...Object.entries(spec.env ?? {}).map((pair) => pair.join("="))];
      const start = files ? ["run", `--engine=${engine}`, "--dir", `${work}/tree:/`] : environ;
      const line = [...start, program, ...(spec.args ?? [])].map(quote).join(" ");
      const run = await shell.run(line, { engine, timeout });
      await shell.fs.rm(work, { recursive: true, force: true });
      return { code: run.code, stdout: run.stdout, stderr: run.stderr };
    },
    [
      engine, `/tmp/case-${number}`, `/checkout${path.slice(checkout.length).split(sep).join("/")}`, basename(path), spec,
      spec.root === undefined ? undefined : tree(folder), TIMEOUT,
    ],
  );
  const faults = [];
  if (result.code !== (spec.exit_code ?? 0)) faults.push(`exit code ${result.code}, not ${spec.exit_code ?? 0}: ${result.stderr.trim()}`);
  for (const stream of ["stdout", "stderr"]) {
    if (spec[stream] !== undefined && result[stream] !== spec[stream]) {
      faults.push(`${stream} ${JSON.stringify(result[stream])}, not ${JSON.stringify(spec[stream])}`);
    }
  }
  return faults.join("; ");
}

async function runInChromium(checkout, cases) {
  const results = new Map();
  const site = await serve({ dist: resolve(DIST), checkout }, new Map());
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await openShell(browser, `${site.url}/dist/`);
    let number = 0;
    for (const engine of PAGE) {
      for (const one of cases) {
        const fault = await runInPage(page, engine, number++, { ...one, checkout }).catch((error) => String(error.message).split("\n")[0]);
        results.set(`${engine} ${one.name}`, fault);
      }
    }
  } finally {
    await browser.close();
    site.close();
  }
  return results;
}

const checkout = process.argv[2] && resolve(process.argv[2]);
const cases = checkout ? findCases(checkout) : [];
if (cases.length === 0) {
  console.error(`usage: node e2e/wasi-testsuite.mjs CHECKOUT
CHECKOUT is a checkout of https://github.com/WebAssembly/wasi-testsuite, branch prod/testsuite-base.`);
  process.exit(2);
}
const results = new Map([...(await runNatively(checkout)), ...(await runInChromium(checkout, cases))]);
const columns = [...NATIVE, ...PAGE];
const width = Math.max(...cases.map(({ name }) => name.length)) + 2;
const row = (name, cells) => console.log(name.padEnd(width) + cells.map((cell) => String(cell).padEnd(13)).join("").trimEnd());
const fault = (column, name) => results.get(`${column} ${name}`) ?? "it did not run";
row("", ["native", "native", "page", "page"]);
row("case", columns);
for (const { name } of cases) row(name, columns.map((column) => (fault(column, name) === "" ? "pass" : "FAIL")));
row(`passed of ${cases.length}`, columns.map((column) => cases.filter(({ name }) => fault(column, name) === "").length));
let failed = false;
for (const column of columns) {
  for (const { name } of cases) {
    const text = fault(column, name);
    if (text === "") continue;
    failed = true;
    console.log(`\n${column} ${name}: ${text}`);
  }
}
process.exit(failed ? 1 : 0);
