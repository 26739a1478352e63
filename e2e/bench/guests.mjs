// The guests of the benchmark: three in C, built here, and two of the examples.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = fileURLToPath(new URL("guests", import.meta.url));
const VERSIONS = ["19", "18", "17", "16"];

/**
 * Builds what can be built.
 *
 * @returns {{guests: Map<string, Buffer>, missing: Map<string, string>}} by name, the
 *   modules, and why others are missing
 */
export function buildGuests() {
  const guests = new Map();
  const missing = new Map();
  const out = join(root, "build", "bench");
  mkdirSync(out, { recursive: true });
  const clang = VERSIONS.map((v) => `/usr/bin/clang-${v}`).find(existsSync);
  for (const name of ["hello", "works", "bus"]) {
    if (!clang || !existsSync("/usr/lib/wasm32-wasi/libc.a")) {
      missing.set(name, "no clang with WASI's C library: apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32");
      continue;
    }
    const file = join(out, `${name}.wasm`);
    // The bus's is measured beside workers of JavaScript, whose copies are the browser's own.
    const bulk = name === "bus" ? ["-mbulk-memory"] : [];
    execFileSync(clang, ["--target=wasm32-wasi", "-O2", ...bulk, "-Wall", "-s", "-o", file, join(sources, `${name}.c`)], { stdio: "inherit" });
    guests.set(name, readFileSync(file));
  }
  for (const name of ["hello-go", "threads-zig"]) {
    const file = join(root, "build", "guests", `${name}.wasm`);
    if (existsSync(file)) guests.set(name, readFileSync(file));
    else missing.set(name, "make guests has not built it");
  }
  return { guests, missing };
}

/**
 * Tones of so many milliseconds as MP3 files, as lame makes them.
 *
 * @param {number[]} lengths
 * @returns {Map<number, Buffer>} none without lame
 */
export function songs(lengths) {
  const all = new Map();
  try {
    for (const ms of lengths) {
      const raw = Buffer.alloc(4 * Math.round(44.1 * ms));
      for (let i = 0; i < raw.length / 4; i++) raw.writeInt32LE(Math.round(12_000 * Math.sin((2 * Math.PI * 440 * i) / 44_100)) << 16, 4 * i);
      all.set(ms, execFileSync("lame", ["--quiet", "-r", "-s", "44.1", "-b", "128", "-", "-"], { input: raw, maxBuffer: 1 << 26, stdio: ["pipe", "pipe", "ignore"] }));
    }
  } catch {
    all.clear();
  }
  return all;
}
