// The works: what runs in which column, how much of it, and the targets.

/**
 * What a figure is: its unit, whether more is better, its target as text, and
 * whether a row of medians meets it, of which the third is the peer's value. bus says
 * that it belongs in the bus's table.
 *
 * @type {Record<string, {unit: string, rate?: boolean, bus?: boolean, target?: string, meets?: (value: number, ratio: number, peer: number) => boolean}>}
 */
export const FIGURES = {
  "CPU-bound guest": { unit: "ms", target: "≤ 1.05 × bare", meets: (_, ratio) => ratio <= 1.05 },
  "fd_write of 1 byte": { unit: "µs", target: "≤ 1.4 µs", meets: (value) => value <= 1.4 },
  "clock_time_get": { unit: "µs" },
  "C, 4 KB, cold start": { unit: "ms" },
  "C, 4 KB, warm start": { unit: "ms", target: "≤ 5 ms", meets: (value) => value <= 5 },
  "Go, 2.5 MB, cold start": { unit: "ms" },
  "Go, 2.5 MB, warm start": { unit: "ms", target: "≤ 12 ms", meets: (value) => value <= 12 },
  "stdin echoed": { unit: "ms a MiB", target: "≤ 15 ms", meets: (value) => value <= 15 },
  "file made and read back": { unit: "µs", target: "≤ 100 µs", meets: (value) => value <= 100 },
  "file overwritten and read back": { unit: "µs" },
  "10,000 small files made": { unit: "ms" },
  "listed": { unit: "ms" },
  "stat'ed": { unit: "ms" },
  "removed": { unit: "ms" },
  "file written": { unit: "MiB/s", rate: true, target: "≥ 500 MiB/s", meets: (value) => value >= 500 },
  "file read": { unit: "MiB/s", rate: true, target: "≥ 3,000 MiB/s", meets: (value) => value >= 3000 },
  "cat big \\| wc -c": { unit: "MiB/s", rate: true },
  "pipe between two guests": { unit: "MiB/s", rate: true, target: "≥ 477 MiB/s, or 0.6 of bare", meets: (value, ratio) => value >= 500e6 / 2 ** 20 || ratio <= 1 / 0.6 },
  "pipeline of 5 guests": { unit: "MiB/s", rate: true },
  "20 processes at once": { unit: "ms" },
  "CPU-bound guest twice at once": { unit: "× once", target: "≤ 1.15", meets: (value) => value <= 1.15 },
  "two threads": { unit: "× one", rate: true, target: "≥ 1.7", meets: (value) => value >= 1.7 },
  "two threads begun and ended": { unit: "ms" },
  "os, 100 bytes": { unit: "µs", bus: true, target: "≤ 1.4 × bare, < Comlink", meets: (value, ratio, peer) => ratio <= 1.4 && value < peer },
  "os, 64 KiB": { unit: "µs", bus: true, target: "≤ 1.4 × bare, < Comlink", meets: (value, ratio, peer) => ratio <= 1.4 && value < peer },
  "guest to guest, 100 bytes": { unit: "µs", bus: true, target: "≤ 2.5 × bare", meets: (_, ratio) => ratio <= 2.5 },
  "guest to guest, 64 KiB": { unit: "µs", bus: true, target: "≤ 2.5 × bare", meets: (_, ratio) => ratio <= 2.5 },
  "10,000 calls at once": { unit: "ms", bus: true },
  "stream of 256 MiB": { unit: "MB/s", rate: true, bus: true, target: "≥ 200 MB/s", meets: (value) => value >= 200 },
  "memory that it takes": { unit: "MiB", bus: true, target: "≤ 64 MiB", meets: (value) => value <= 64 },
  "cached package installed": { unit: "ms", target: "< 50 ms", meets: (value) => value < 50 },
  "MP3 decoded": { unit: "× real time", rate: true },
  "play": { unit: "% of a core", target: "< 25 %", meets: (value) => value < 25 },
  "page to prompt": { unit: "ms", target: "< 1,000 ms", meets: (value) => value < 1000 },
};

const C = { guest: "hello", language: "C, 4 KB" };
const GO = { guest: "hello-go", language: "Go, 2.5 MB" };

const trip = (to, name, count, size) => ({
  id: `bus-${to}-${size}`, work: "trip", guest: "bus", options: { guest: "bus", to, name, count, size: `${size}` }, scale: 4, repeat: 6,
  beside: to === "os" ? ["bare", "comlink"] : ["bare"], awake: true,
});

/**
 * The works in their order. scale is by how much less wazero does of a work, whose
 * figures are all for one unit of it. beside are the columns that do the same right
 * after in the same page. repeat is how often they take turns in a round, of which
 * the best counts: what takes long enough is interrupted by others on a busy machine.
 * only is the one engine that does it, and isolated says that its page is cross-origin
 * isolated. awake keeps the cores from sleeping meanwhile: to wake one takes three times as
 * long as the message that does. memory is the figure of how much more memory the work takes.
 */
export const WORKS = [
  { id: "prompt", work: "prompt", options: {} },
  { id: "start-c", work: "start", guest: "hello", options: { ...C, warm: true }, beside: ["bare", "shim"] },
  { id: "start-go", work: "start", guest: "hello-go", options: { ...GO, warm: true }, beside: ["bare", "shim"] },
  { id: "write", work: "write", guest: "works", options: { count: 200_000 }, repeat: 3, beside: ["bare", "shim"] },
  { id: "clock", work: "clock", guest: "works", options: { count: 100_000 }, repeat: 3, beside: ["bare", "shim"] },
  { id: "cpu", work: "cpu", guest: "works", options: { rounds: 60 }, scale: 20, repeat: 5, beside: ["bare", "shim"] },
  { id: "echo", work: "echo", guest: "works", options: { size: 1 << 20 }, repeat: 3, beside: ["bare", "shim"] },
  { id: "files", work: "files", guest: "works", options: { count: 1000 }, scale: 10, repeat: 3, beside: ["bare", "shim"] },
  // For Bushel alone: a bare map has no folders.
  { id: "tree", work: "tree", guest: "works", options: { count: 10_000 }, scale: 20 },
  // Without the shim: it copies the file whole at each write, which takes a minute.
  { id: "sequence", work: "sequence", guest: "works", options: { mib: 64 }, scale: 8, repeat: 3, beside: ["bare"] },
  { id: "flow", work: "flow", guest: "works", options: { mib: 256, relays: [] }, scale: 4, repeat: 3, beside: ["bare"] },
  { id: "five", work: "flow", guest: "works", options: { mib: 64, relays: ["pass", "pass", "pass"] }, scale: 4, repeat: 3, beside: ["bare"] },
  { id: "pipe", work: "pipe", options: { mib: 16 } },
  { id: "twice", work: "twice", guest: "works", options: { rounds: 80 }, scale: 40, beside: ["bare"] },
  { id: "threads", work: "threads", guest: "threads-zig", options: { guest: "threads-zig", pages: [17, 1024], iterations: 150_000_000 }, beside: ["bare"], only: "browser", isolated: true },
  trip("os", "os, 100 bytes", 1000, 100),
  trip("os", "os, 64 KiB", 400, 64 << 10),
  trip("bench", "guest to guest, 100 bytes", 600, 100),
  trip("bench", "guest to guest, 64 KiB", 300, 64 << 10),
  { id: "bus-open", work: "open", guest: "bus", repeat: 3, options: { guest: "bus", name: "10,000 calls at once", count: 10_000 }, awake: true },
  { id: "bus-pour", work: "pour", guest: "bus", options: { guest: "bus", name: "stream of 256 MiB", mib: 256 }, scale: 4, repeat: 3, awake: true, memory: "memory that it takes" },
  { id: "install", work: "install", options: { name: "jq" }, repeat: 3 },
  { id: "decode", work: "decode", guest: "song", options: { ms: 20_000 }, scale: 50, repeat: 2 },
  { id: "play", work: "play", guest: "song", options: { ms: 4000 }, only: "browser" },
  // Last: the memories of so many bare workers are let go late.
  { id: "many", work: "many", guest: "hello", options: { guest: "hello", count: 20 }, beside: ["bare"], only: "browser" },
];

/** The options of a work for an engine. */
export function optionsFor({ options, scale }, engine) {
  if (engine !== "wazero" || !scale) return options;
  const number = (value) => (typeof value === "number" ? Math.max(1, Math.round(value / scale)) : value);
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, number(value)]));
}
