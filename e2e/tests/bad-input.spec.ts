// What is wrong with a module is told in one line with the right code, and the
// shell and the other jobs go on.
import { expect, onBothEngines, type ShellPage } from "../fixtures.ts";

const MAGIC = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
/** A module that imports env.nobody, a function without parameters. */
const IMPORTS = Buffer.concat([MAGIC, Buffer.from([1, 4, 1, 0x60, 0, 0, 2, 14, 1, 3]), Buffer.from("env"), Buffer.from([6]), Buffer.from("nobody"), Buffer.from([0, 0])]);
/** A module with a section that no proposal has. */
const UNKNOWN = Buffer.concat([MAGIC, Buffer.from([99, 1, 0])]);

async function fails(shell: ShellPage, line: string, code: number, message: RegExp) {
  const result = await shell.run(line, { timeout: 45_000 });
  expect(result.code, `${line}: ${result.stderr}`).toBe(code);
  expect(result.stderr).toMatch(message);
  expect(result.stderr.trimEnd().split("\n"), "one line").toHaveLength(1);
  expect(await shell.run("echo alive")).toMatchObject({ code: 0, stdout: "alive\n" });
}

onBothEngines("files that are no programs", async (shell) => {
  await shell.write("text.wasm", "this is no module\n");
  await shell.write("empty.wasm", "");
  await shell.write("short.wasm", MAGIC.subarray(0, 6));
  await shell.write("cut.wasm", IMPORTS.subarray(0, 12));
  await shell.write("imports.wasm", IMPORTS);
  await shell.write("unknown.wasm", UNKNOWN);
  await shell.write("nothing.wasm", MAGIC);
  await fails(shell, "./short.wasm", 126, /short\.wasm/);
  await fails(shell, "./cut.wasm", 126, /cut\.wasm/);
  await fails(shell, "./imports.wasm", 126, /nobody/);
  await fails(shell, "./unknown.wasm", 126, /unknown\.wasm/);
  await fails(shell, "./text.wasm", 126, /text\.wasm/);
  await fails(shell, "./missing.wasm", 127, /missing\.wasm/);
});

for (const kind of ["unreachable", "divide", "overflow", "convert", "memory", "null", "table", "type"]) {
  onBothEngines(`a trap is named: ${kind}`, async (shell) => {
    await shell.install("trap-c");
    const result = await shell.run(`trap-c ${kind}`);
    expect(result.stdout).toBe("before\n");
    expect(result.code).toBe(134);
    expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
    return result;
  });
}

onBothEngines("endless recursion is a stack overflow", async (shell) => {
  await shell.install("recurse-c");
  await fails(shell, "recurse-c", 134, /stack overflow/i);
  expect((await shell.run("recurse-c 3000")).stdout).toBe("depth 3000\n");
});

onBothEngines("memory has an end", async (shell) => {
  await shell.install("hog-c");
  const result = await shell.run("hog-c 64");
  expect(result).toMatchObject({ code: 0, stdout: "took 64 MiB\n" });
});

onBothEngines("wild pointers get EFAULT", async (shell) => {
  await shell.install("wild-c");
  const result = await shell.run("wild-c");
  expect(result.code, result.stdout + result.stderr).toBe(0);
  return result;
});

onBothEngines("what was written before an exit arrives", async (shell) => {
  await shell.install("cutoff-c");
  const result = await shell.run("cutoff-c");
  expect(result.code).toBe(3);
  expect(result.stdout.split("\n")).toHaveLength(1001);
  return result;
});

onBothEngines("a guest that spins is out of time and the shell goes on", async (shell) => {
  await shell.install("spin-c");
  const result = await shell.run("spin-c", { timeout: 1500 });
  expect(result).toMatchObject({ code: 124, stdout: "spinning\n" });
  expect(await shell.run("echo alive")).toMatchObject({ code: 0, stdout: "alive\n" });
});

onBothEngines("an import of another type is refused in one sentence", async (shell) => {
  const text = (s: string): number[] => [s.length, ...Buffer.from(s)];
  const module = [
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0, // (i32) -> i32, () -> ()
    2, 35, 1, ...text("wasi_snapshot_preview1"), ...text("fd_write"), 0, 0, 3, 2, 1, 1, 7, 10, 1, ...text("_start"), 0, 1, 10, 4, 1, 2, 0, 0x0b,
  ];
  await shell.write("other.wasm", Buffer.from(module));
  const result = await shell.run("./other.wasm");
  expect(result).toEqual({
    code: 126, stdout: "",
    stderr: './other.wasm: needs import "wasi_snapshot_preview1"."fd_write" (function) with a type that it does not have here\n',
  });
  return result;
});

onBothEngines("what there is to begin with decides", async (shell) => {
  const text = (s: string): number[] => [s.length, ...Buffer.from(s)];
  // One function of that type, exported by that name, which returns 7 if it returns anything.
  const module = (name: string, params: number[], results: number[]): Buffer => {
    const type = [1, 0x60, params.length, ...params, results.length, ...results];
    const exported = [1, ...text(name), 0, 0];
    const code = [1, results.length ? 4 : 2, 0, ...(results.length ? [0x41, 7] : []), 0x0b];
    return Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, type.length, ...type, 3, 2, 1, 0, 7, exported.length, ...exported, 10, code.length, ...code]);
  };
  await shell.write("plain.wasm", module("_start", [], []));
  await shell.write("result.wasm", module("_start", [], [0x7f]));
  await shell.write("parameter.wasm", module("_start", [0x7f], []));
  await shell.write("library.wasm", module("_initialize", [], []));
  await shell.write("other.wasm", module("main", [], []));
  const result = await shell.run("for m in plain result parameter library other; do ./$m.wasm; echo $?; done");
  expect(result).toEqual({
    code: 0,
    stdout: "0\n0\n126\n126\n126\n",
    stderr:
      './parameter.wasm: its function "_start" is not one to begin with: it has parameters\n' +
      './library.wasm: is a library (it exports "_initialize" and no "_start"), not a program\n' +
      './other.wasm: has no function "_start" to begin with\n',
  });
  return result;
});

onBothEngines("what is said of a trap is on a line of its own", async (shell) => {
  await shell.install("trap-c");
  // The shell's own half a line is on the same stream.
  const result = await shell.run("{ printf unfinished >&2; trap-c unreachable; }");
  expect(result).toMatchObject({ code: 134, stderr: "unfinished\ntrap-c: trap: unreachable\n" });
  return result;
});
