// Go programs built with GOOS=js as guests, on both engines, in workers that have
// been locked down. Run by: node --test web/ts/workers/gojs.test.mjs
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { build, compile, nextMessage, runInWorker, sh, startWorker } from "./gojs-testsetup.mjs";

// Real programs by others: GUESTS names a folder with gojq.wasm (the command of
// github.com/itchyny/gojq, built for js) and esbuild.wasm (of npm's esbuild-wasm).
const program = (name) => `${process.env.GUESTS ?? "."}/${name}.wasm`;

let code;
let wasm;
let missing;
let interpreter;
before(() => {
  code = compile();
  wasm = build("./kernel/abi/gojs/testdata/guest", "guest.wasm");
  missing = build("./kernel/abi/gojs/testdata/missing", "missing.wasm");
  interpreter = startWorker("gojs-testinterp.mjs", {
    code,
    interp: build("./kernel/abi/gojs/testdata/interp", "interp.wasm"),
    goroot: sh("go", ["env", "GOROOT"]).trim(),
    guests: [wasm, missing, program("gojq"), program("esbuild")],
  });
});
after(() => interpreter.terminate());

const guest = (...args) => ({ wasm, argv: ["guest", ...args] });

const engines = {
  browser: async (job) => (await runInWorker({ code, jobs: [job] })).results[0],
  wazero: (job) => {
    interpreter.postMessage(job);
    return nextMessage(interpreter);
  },
};

/** A test on both engines, which is given how to run a job. */
function both(name, body, options = {}) {
  for (const [engine, run] of Object.entries(engines)) test(`${name} (${engine})`, options, () => body(run, engine));
}
const lines = (text) => text.trimEnd().split("\n");

const ends = [
  { name: "prints and returns", job: () => guest("hello"), code: 0, stdout: "hello from guest\n" },
  { name: "exits with a code in the midst of a line", job: () => guest("exit", "3"), code: 3, stdout: "no newline" },
  { name: "keeps eight bits of the code", job: () => guest("exit", "258"), code: 2, stdout: "no newline" },
  { name: "panics after what it wrote", job: () => guest("panic"), code: 2, stdout: "before\n", stderr: /^panic: at the disco\n/ },
  { name: "panics for a nil pointer", job: () => guest("nil"), code: 2, stderr: /invalid memory address or nil pointer/ },
  { name: "is told of a deadlock", job: () => guest("deadlock"), code: 2, stdout: "before\n", stderr: /all goroutines are asleep - deadlock!/ },
  { name: "is told of a promise that nobody resolves", job: () => guest("forever"), code: 2, stdout: "waiting\n", stderr: /deadlock!/ },
  { name: "exits within a function that JavaScript calls", job: () => guest("exitfunc"), code: 7, stdout: "in\n" },
  { name: "has JavaScript throw in a getter", job: () => guest("getter"), code: 2, stdout: "before\n", stderr: /^uncaught JavaScript error: TypeError/ },
  { name: "recurses too deeply", job: () => guest("deep"), code: 134, trap: /call stack/, stderr: "" },
  { name: "grows its memory", job: () => guest("alloc"), code: 0, stdout: /\n64\n$/ },
  { name: "sleeps", job: () => guest("sleep", "3ms"), code: 0, stdout: "true\n" },
  { name: "has timers in order", job: () => guest("timers"), code: 0, stdout: "true 20\n" },
  { name: "has random bytes", job: () => guest("random"), code: 0, stdout: "100000 <nil> true\n" },
  { name: "lets go of values", job: (engine) => guest("refs", engine === "wazero" ? "2" : "200"), code: 0, stdout: "ok\n" },
  { name: "copies its input", job: () => ({ ...guest("cat"), stdin: ["a\nb\n", "c"] }), code: 0, stdout: "a\nb\nc", stderr: "5 <nil>\n" },
  {
    name: "goes on while it waits for input",
    job: () => ({ ...guest("both"), stdin: [{ until: "ready", text: "one\ntwo\n" }] }),
    code: 0,
    stdout: "tick 0\ntick 1\ntick 2\nready\nline one\nline two\n",
  },
  {
    name: "writes to its console",
    job: () => guest("console"),
    code: 0,
    stdout: 'text 1 true null [ 1, "a" ] { k: "v" }\n',
    stderr: "Error: bad [Function: Object]\nbuilt in\n",
  },
];
for (const { name, job, code: want, trap, stdout, stderr } of ends) {
  both(`a guest ${name}`, async (run, engine) => {
    const r = await run(job(engine));
    if (trap && engine === "browser") assert.match(r.trap, trap);
    else assert.equal(r.code, want, r.trap ?? r.stderr);
    for (const [got, expected] of [
      [r.stdout, stdout],
      [r.stderr, stderr],
    ]) {
      if (expected instanceof RegExp) assert.match(got, expected);
      else if (expected !== undefined) assert.equal(got, expected);
    }
  });
}

both("arguments and environment are the shell's", async (run) => {
  const r = await run({ ...guest("args", "a b", "", "h\u00e9"), env: ["HOME=/home", "EMPTY=", "X=a=b"], cwd: "/tmp" });
  assert.deepEqual(lines(r.stdout), ['["a b" "" "h\u00e9"]', "6 EMPTY=", "10 HOME=/home", "5 X=a=b", "/tmp <nil> true 1000"]);
});

both("the largest variables are left out where there is no room", async (run) => {
  const r = await run({ ...guest("args"), env: ["A=1", `BIG=${"x".repeat(9000)}`, `MID=${"y".repeat(3000)}`, "Z=2"] });
  assert.deepEqual(lines(r.stdout).slice(0, -1), ["[]", "3 A=1", `3004 MID=${"y".repeat(36)}`, "3 Z=2"]);
});

both("arguments are never left out", async (run) => {
  const r = await run({ ...guest("args", "x".repeat(9000)), env: ["A=1"] });
  assert.equal(r.code, 126);
  assert.equal(r.stderr, "guest: argument list too long\n");
});

both("files are the kernel's", async (run) => {
  const r = await run({ ...guest("files"), stdin: ["typed"] });
  assert.equal(r.stderr, "");
  assert.deepEqual(lines(r.stdout), [
    "write: <nil>",
    "read: true <nil>",
    "append: <nil>",
    "wrote: <nil> <nil>",
    "open: <nil>",
    "seek: 6 <nil> 5 <nil> world",
    "at: <nil> <nil> HEllo",
    "truncate: <nil> <nil>",
    "stat: 3 -rw-r----- false <nil>",
    "close: <nil> true",
    "excl: true",
    "chmod: <nil>",
    "chtimes: <nil>",
    "stat: -rw------- 1000000000 <nil>",
    "symlink: <nil>",
    "readlink: a.txt <nil> true <nil>",
    "link: <nil>",
    "rename: <nil>",
    "gone: true",
    "chown: <nil>",
    "remove: <nil> <nil> <nil>",
    "stdin: 2 <nil> 5 <nil> typed",
  ]);
});

both("directories are listed, walked and removed", async (run, engine) => {
  const many = engine === "wazero" ? "30" : "700"; // the latter takes several calls of readdir
  const r = await run(guest("dirs", many));
  assert.deepEqual(
    lines(r.stdout).filter((l) => !l.startsWith("walk:")),
    ["mkdirall: <nil>", "d/z: <nil>", "d/a: <nil>", "d/e/m: <nil>", "entry: a false", "entry: e true", "entry: z false", "readdir: 3 <nil>", "walked: <nil>", `many: ${many} <nil>`, "notempty: true", "removeall: <nil>", "gone: true", "temp: /tmp <nil> <nil>"],
  );
});

both("a guest changes its directory", async (run) => {
  const r = await run(guest("chdir"));
  assert.deepEqual(lines(r.stdout), ["mkdir: <nil>", "chdir: <nil>", "getwd: /home/sub/dir <nil>", "write: <nil>", "chdir: <nil>", "stat: <nil>", "abs: /home/sub/dir <nil>"]);
});

both("errors have the names that Go knows", async (run) => {
  const r = await run(guest("errors"));
  assert.equal(r.code, 0, r.stderr);
  assert.deepEqual(lines(r.stdout), [
    "open: open missing: No such file or directory",
    "readdir: open missing: No such file or directory",
    "mkdir: mkdir /missing/x: No such file or directory",
    "remove: remove missing: No such file or directory",
    "truncate: truncate missing: No such file or directory truncate missing: Invalid argument",
    "chown: chown missing: No such file or directory",
    "write: write bad: Bad file number",
    "capability: mkdir /outside: Permission denied",
    "pipe: true true pipe: not implemented on js",
  ]);
});

both("values cross both ways", async (run) => {
  const r = await run(guest("values"));
  assert.equal(r.code, 0, r.stderr);
  assert.deepEqual(lines(r.stdout), [
    'null false "<null>"',
    'boolean false "<boolean: true>"',
    'number false "<number: 0>"',
    'number false "<number: 0>"',
    'number false "<number: 1.5>"',
    'number true "<number: NaN>"',
    'number false "<number: -Infinity>"',
    'string false ""',
    'string false "h\u00e9llo \u{1f600}"',
    'string false "\\ufeffbom"',
    'string false "a\\x00b"',
    "<number: 1> mine <null> 3 two <undefined>",
    "true true false",
    "1,two,,,,six",
    lines(r.stdout)[14], // the order of a Go map
    "10 <number: 111>",
    "3 wor",
    "syscall/js: CopyBytesToGo: expected src to be a Uint8Array or Uint8ClampedArray",
    "syscall/js: CopyBytesToGo: expected src to be a Uint8Array or Uint8ClampedArray",
    "syscall/js: Value.Call: property nothing is not a function, got undefined",
    "JavaScript error: Invalid array length",
    "true",
    "<number: 9> <number: 17> 1970-01-01T00:00:00.000Z",
    "true true true true",
    "<number: 7> <number: 1>",
    "Mine: second JavaScript error: second",
  ]);
});

both("Go's functions are called by JavaScript, also one within another", async (run) => {
  const r = await run(guest("funcs"));
  assert.equal(r.code, 0, r.stderr);
  assert.deepEqual(lines(r.stdout), [`bottom${"1".repeat(50)} 50`, "printed by a function", "true", "true", "true", "1,2,3", "true", "42", "timeout", "microtask", "interval"]);
  assert.equal(r.stderr, "call to released function\n");
});

both("promises take the results of Go's functions", async (run) => {
  const r = await run(guest("promise"));
  assert.equal(r.stdout, "111\nno\n");
});

both("many goroutines write at once", async (run, engine) => {
  const n = engine === "wazero" ? 20 : 200;
  const r = await run(guest("flood", String(n)));
  assert.equal(r.stderr, "done\n");
  const counts = new Map();
  for (const l of lines(r.stdout)) counts.set(l, (counts.get(l) ?? 0) + 1);
  assert.equal(counts.size, n);
  assert.ok([...counts.values()].every((n) => n === 20));
});

both("a guest cannot reach the worker", async (run) => {
  const r = await run(guest("escape"));
  assert.equal(r.code, 0, r.stderr);
  assert.deepEqual(lines(r.stdout), ["walked true", "spied", "frames true", "setTimeout true", "setInterval true", "end"]);
});

test("without the lockdown, the escape test does find the way out", async () => {
  const { results } = await runInWorker({ code, jobs: [guest("escape")], locked: false });
  assert.match(results[0].stdout, /^MADE CODE by new/m);
});

test("a guest cannot change what the next one calls", async () => {
  const { results } = await runInWorker({ code, jobs: [guest("pollute"), guest("values"), { ...guest("files"), stdin: ["x"] }, guest("funcs")] });
  assert.equal(results[0].stdout, "changed 0\n");
  assert.deepEqual(
    results.map((r) => r.code),
    [0, 0, 0, 0],
  );
  for (const r of results) assert.doesNotMatch(r.stdout + r.stderr, /POISONED/);
});

test("an import that nobody provides is named (browser)", async () => {
  await assert.rejects(engines.browser({ wasm: missing, argv: ["missing"] }), /needs import "env"\."missing" \(function\), which nothing here provides/);
});

test("an import that nobody provides ends the guest before it begins (wazero)", async () => {
  assert.equal((await engines.wazero({ wasm: missing, argv: ["missing"] })).code, 126);
});

test("the lockdown takes away what the worker's global object has", async () => {
  const { left, globals } = await runInWorker({ code, jobs: [] });
  assert.deepEqual(left, []);
  for (const name of ["eval", "Function", "fetch", "WebSocket", "MessageChannel", "BroadcastChannel", "EventTarget", "structuredClone"]) assert.ok(!globals.includes(name), name);
  for (const name of ["Object", "WebAssembly", "setTimeout"]) assert.ok(globals.includes(name), name);
});

both("gojq reads a pipe", async (run) => {
  const r = await run({ wasm: program("gojq"), argv: ["gojq", "-c", "map(.a + 1)"], stdin: ['[{"a":1},', '{"a":41}]\n'] });
  assert.equal(r.stderr, "");
  assert.equal(r.stdout, "[2,42]\n");
}, { skip: !existsSync(program("gojq")) && "no gojq.wasm in GUESTS" });

both("esbuild bundles a file", async (run) => {
  const r = await run({
    wasm: program("esbuild"),
    argv: ["esbuild", "in.js", "--bundle", "--outfile=out.js"],
    files: { "/home/in.js": 'import { x } from "./lib.js";\nconsole.log(x);\n', "/home/lib.js": "export const x = 42;\n" },
  });
  assert.equal(r.code, 0, r.stderr);
  assert.match(r.files["/home/out.js"], /var x = 42;\n\n {2}\/\/ in\.js\n {2}console\.log\(x\);/);
}, { skip: !existsSync(program("esbuild")) && "no esbuild.wasm in GUESTS" });
