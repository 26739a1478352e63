// Runs the tests of Go's own standard library as guests and prints a table:
// node e2e/gostd.mjs [TARGET|PACKAGE]... Each package is built by go test -c for
// wasip1 and for js and run in Chromium on the browser's engine, in a folder of the
// page's shell that holds the sources and test data of GOROOT; for wasip1 also
// natively, in such a folder on the disk. What is not run, and why, is in
// gostd-skips.txt beside this file.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM, openShell } from "./chromium.mjs";
import { serve } from "./folders.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = process.env.DIST ?? join(ROOT, "dist");
const BUILT = join(ROOT, "build", "gostd");
const TARGETS = ["wasip1", "js"];
const PACKAGES = [
  "os", "io/fs", "path/filepath", "archive/tar", "archive/zip", "bufio",
  "encoding/json", "time", "sync", "context", "testing/fstest",
];
/** What of GOROOT the tests look at, beside the folder of their own package. */
const DATA = ["go.env", "LICENSE", "CONTRIBUTING.md", "VERSION", "lib/time", "src/unicode"];
/** Where that is for the guests. */
const GOROOT = "/usr/local/go";
/** How long a package's tests may take, in milliseconds. */
const TIMEOUT = 600_000;

/** What gostd-skips.txt says: lines of target, where, package, test, reason. "*" is any. */
function readSkips() {
  const lines = readFileSync(new URL("gostd-skips.txt", import.meta.url), "utf8").split("\n");
  return lines.filter((line) => line && !line.startsWith("#")).map((line) => {
    const [, target, place, pkg, test, reason] = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    if (!reason) throw new Error(`gostd-skips.txt: a skip without a reason: ${line}`);
    return { target, place, pkg, test, reason };
  });
}

const fileOf = (target, pkg) => `${target}-${pkg.replaceAll("/", "_")}.wasm`;

/** Builds a package's tests; go keeps what it has built. */
function build(target, pkg) {
  execFileSync("go", ["test", "-c", "-ldflags=-s -w", "-o", join(BUILT, fileOf(target, pkg)), pkg], {
    cwd: ROOT, env: { ...process.env, GOOS: target, GOARCH: "wasm" }, stdio: ["ignore", "inherit", "inherit"],
  });
}

/** The flags of a package's test program. */
function flags(skips) {
  const list = ["-test.short", "-test.v=test2json", "-test.timeout=9m"];
  return skips.length > 0 ? [...list, `-test.skip=^(${skips.map(({ test }) => test).join("|")})$`] : list;
}

/** What a test program printed, in figures, with the text of what failed. */
function judge({ code, stdout, stderr }, skips) {
  const result = { passed: 0, failed: 0, skipped: skips.length, faults: [] };
  // Each of the test runner's own lines begins with a byte 22.
  const parts = stdout.split("\x16");
  const said = new Map();
  let running = "";
  for (const part of parts) {
    const [, mark, name] = /^(=== \w+|--- \w+:)\s+(\S+)/.exec(part) ?? [];
    if (mark === undefined) continue;
    if (mark.startsWith("===")) running = name;
    const text = part.slice(part.indexOf("\n") + 1).trim();
    const top = (mark.startsWith("===") ? running : name).split("/")[0];
    if (text) said.set(top, `${said.get(top) ?? ""}${text}\n`);
    if (name.includes("/")) continue;
    if (mark === "--- PASS:") result.passed++;
    if (mark === "--- SKIP:") result.skipped++;
    if (mark === "--- FAIL:") {
      result.failed++;
      result.faults.push(name);
    }
  }
  result.faults = result.faults.map((name) => `${name}\n${said.get(name) ?? ""}`);
  if (code !== 0 && result.failed === 0) {
    result.failed++;
    result.faults.push(`exit code ${code} in ${running}\n${stdout.slice(-500)}\n${stderr.slice(-4000)}`);
  }
  return result;
}

function runNatively(bushel, goroot, target, pkg, skips) {
  const done = spawnSync(
    bushel,
    [
      "--dir", `${goroot}:${GOROOT}`, "--dir", `${BUILT}:/gostd:ro`, "--env", `GOROOT=${GOROOT}`, "-c",
      `cd ${GOROOT}/src/${pkg} && exec /gostd/${fileOf(target, pkg)} "$@"`, "test", ...flags(skips),
    ],
    { cwd: goroot, encoding: "utf8", timeout: TIMEOUT, maxBuffer: 1 << 28 },
  );
  return judge({ code: done.status ?? -1, stdout: done.stdout, stderr: done.stderr }, skips);
}

async function runInPage(page, target, pkg, skips) {
  const done = await page.evaluate(
    async ([file, cwd, goroot, flags, timeout]) => {
      const program = `/tmp/${file}`;
      await shell.fs.writeFile(program, new Uint8Array(await (await fetch(`/gostd/${file}`)).arrayBuffer()));
      const line = [program, ...flags].map((word) => `'${word}'`).join(" ");
      const { code, stdout, stderr } = await shell.run(line, { engine: "browser", cwd, env: { GOROOT: goroot }, timeout });
      await shell.fs.rm(program);
      return { code, stdout, stderr };
    },
    [fileOf(target, pkg), `${GOROOT}/src/${pkg}`, GOROOT, flags(skips), TIMEOUT],
  );
  return judge(done, skips);
}

async function openPage(browser, url) {
  const page = await openShell(browser, `${url}/dist/`);
  const unpacked = await page.evaluate(async (goroot) => {
    await shell.fs.writeFile("/tmp/goroot.tar", new Uint8Array(await (await fetch("/gostd/goroot.tar")).arrayBuffer()));
    const { code, stderr } = await shell.run(`mkdir -p ${goroot} && tar -C ${goroot} -xf /tmp/goroot.tar && rm /tmp/goroot.tar`);
    return code === 0 ? "" : stderr;
  }, GOROOT);
  if (unpacked) throw new Error(`the test data cannot be unpacked in the page: ${unpacked}`);
  return page;
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((word) => !TARGETS.includes(word) && !PACKAGES.includes(word));
if (unknown !== undefined) {
  console.error(`usage: node e2e/gostd.mjs [TARGET|PACKAGE]...\nThere is no ${unknown}; targets are ${TARGETS.join(" ")}, packages ${PACKAGES.join(" ")}.`);
  process.exit(2);
}
const choose = (all) => (all.some((word) => wanted.includes(word)) ? all.filter((word) => wanted.includes(word)) : all);
const [targets, packages] = [choose(TARGETS), choose(PACKAGES)];
const skips = readSkips();
const skipsOf = (target, place, pkg) =>
  skips.filter((skip) => ["*", target].includes(skip.target) && ["*", place].includes(skip.place) && skip.pkg === pkg);

mkdirSync(BUILT, { recursive: true });
for (const pkg of packages) for (const target of targets) build(target, pkg);
const from = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
const data = [...DATA, ...PACKAGES.map((pkg) => `src/${pkg}`)];
execFileSync("tar", ["-C", from, "-cf", join(BUILT, "goroot.tar"), ...data]);

const results = [];
const width = Math.max(...packages.map((name) => name.length)) + 2;
const row = (...cells) => console.log(cells[0].padEnd(width) + cells.slice(1).map((cell) => String(cell).padEnd(9)).join("").trimEnd());
const take = (place, target, pkg, result) => {
  results.push({ place, target, pkg, ...result });
  row(pkg, place, target, result.passed, result.failed, result.skipped);
};
row("package", "where", "target", "passed", "failed", "skipped");

if (targets.includes("wasip1")) {
  const bushel = join(BUILT, "bushel");
  execFileSync("go", ["build", "-o", bushel, "./cmd/bushel"], { cwd: ROOT, stdio: "inherit" });
  const goroot = mkdtempSync(join(tmpdir(), "gostd-"));
  try {
    for (const path of data) {
      mkdirSync(dirname(join(goroot, path)), { recursive: true });
      cpSync(join(from, path), join(goroot, path), { recursive: true });
    }
    for (const pkg of packages) take("native", "wasip1", pkg, runNatively(bushel, goroot, "wasip1", pkg, skipsOf("wasip1", "native", pkg)));
  } finally {
    rmSync(goroot, { recursive: true, force: true });
  }
}
const site = await serve({ dist: resolve(DIST), gostd: BUILT }, new Map());
const browser = await chromium.launch(CHROMIUM);
try {
  let page = await openPage(browser, site.url);
  for (const target of targets) {
    for (const pkg of packages) {
      const list = skipsOf(target, "page", pkg);
      const result = await runInPage(page, target, pkg, list).catch(async (error) => {
        await page.close();
        page = await openPage(browser, site.url);
        return { passed: 0, failed: 1, skipped: list.length, faults: [String(error.message).split("\n")[0]] };
      });
      take("page", target, pkg, result);
    }
  }
} finally {
  await browser.close();
  site.close();
}
for (const { place, target, pkg, faults } of results) {
  for (const fault of faults) console.log(`\n${place} ${target} ${pkg}: ${fault}`);
}
process.exit(results.some(({ failed }) => failed > 0) ? 1 : 0);
