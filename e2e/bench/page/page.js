// The page of the benchmark: runs a guest in one of the columns and times it.
// A column is Bushel's element, or a worker that answers {code, stdout, stderr}.

import { bareTrip, comlinkCall } from "./bus.js";

const decoder = new TextDecoder();
const guests = new Map();
const prepared = new Map();
const workers = new Map();

/** Calls a worker of a column, which answers in order. */
function ask(column, message, name = column) {
  let worker = workers.get(name);
  if (!worker) workers.set(name, (worker = new Worker(`/page/${column}.js`, { type: "module" })));
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || `${column}.js does not start`));
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
    worker.postMessage(message);
  });
}

async function fetched(guest) {
  if (!guests.has(guest)) guests.set(guest, new Uint8Array(await (await fetch(`/guest/${guest}.wasm`)).arrayBuffer()));
  return guests.get(guest);
}

// The same module with an empty custom section of the column's name, so that the
// engine cannot give one column the code that it has compiled for another.
async function copyFor(column, guest) {
  const code = await fetched(guest);
  const name = new TextEncoder().encode(column);
  const out = new Uint8Array(code.length + 3 + name.length);
  out.set(code);
  out.set([0, name.length + 1, name.length, ...name], code.length);
  return out;
}

const runners = {
  async bushel(guest, args, stdin) {
    const { code, stdoutBytes, stderr } = await shell.run([`/tmp/${guest}.wasm`, ...args].join(" "), { stdin });
    return { code, stdout: stdoutBytes, stderr };
  },
  bare: (guest, args, stdin) => ask("bare", { guest, args, stdin }),
  shim: (guest, args, stdin) => ask("shim", { guest, args, stdin }),
};

async function prepare(column, guest) {
  const key = `${column} ${guest}`;
  if (prepared.has(key)) return;
  prepared.set(key, true);
  const code = await copyFor(column, guest);
  if (column === "bushel") await shell.fs.writeFile(`/tmp/${guest}.wasm`, code);
  else await ask(column, { guest, code });
}

async function run(column, guest, args = [], stdin = undefined) {
  const result = await runners[column](guest, args, stdin);
  if (result.code !== 0) throw new Error(`${column}: ${guest} ${args.join(" ")}: exit code ${result.code}: ${result.stderr.slice(0, 200)}`);
  result.told = Object.fromEntries([...result.stderr.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, ns]) => [name, Number(ns)]));
  return result;
}

async function hello(column, guest) {
  const { stdout } = await run(column, guest);
  const text = decoder.decode(stdout).trim();
  if (!/^hello/i.test(text)) throw new Error(`${column}: ${guest} printed ${JSON.stringify(text)}`);
}

async function timed(f) {
  const begun = performance.now();
  await f();
  return performance.now() - begun;
}

// What a start costs again and again. The page's clock has steps of 0.1 ms, so
// starts are timed by the batch.
async function again(column, guest) {
  const size = Math.min(100, Math.ceil(20 / ((await timed(() => hello(column, guest))) + 0.05)));
  const times = [];
  for (let batch = 0; batch < 7; batch++) {
    times.push((await timed(async () => { for (let i = 0; i < size; i++) await hello(column, guest); })) / size);
  }
  return times.toSorted((a, b) => a - b)[3];
}

// The time in milliseconds in which workers pass MIB on by transferred buffers.
async function bareFlow(mib, relays) {
  const chain = Array.from({ length: relays + 2 }, () => new Worker("/page/flow.js", { type: "module" }));
  const told = (worker) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  await Promise.all(chain.map(told));
  const time = told(chain.at(-1));
  let input;
  chain.forEach((worker, i) => {
    const { port1, port2 } = i < chain.length - 1 ? new MessageChannel() : {};
    worker.postMessage({ mib, input, output: port1 }, [input, port1].filter(Boolean));
    input = port2;
  });
  const ms = await time;
  for (const worker of chain) worker.terminate();
  return ms;
}

// What two runs of the computing work that go on at once take, each by its own clock.
async function bothCPU(column, rounds) {
  const args = ["cpu", String(rounds)];
  if (column === "bushel") {
    const line = `/tmp/works.wasm ${args.join(" ")}`;
    const { code, stderr } = await shell.run(`${line} & ${line}; wait`);
    const told = [...stderr.matchAll(/^cpu (\d+)$/gm)].map(([, ns]) => Number(ns));
    if (code !== 0 || told.length !== 2) throw new Error(`${line}: exit code ${code}, ${stderr}`);
    return told;
  }
  if (!workers.has("bare 2")) await ask("bare", { guest: "works", code: await copyFor("bare", "works") }, "bare 2");
  const results = await Promise.all(["bare", "bare 2"].map((name) => ask("bare", { guest: "works", args }, name)));
  return results.map(({ stderr }) => Number(/^cpu (\d+)$/m.exec(stderr)[1]));
}

// Runs a guest with threads: in the bare column in a worker with two others for threads, on a
// memory of so many pages at least and at most.
async function threaded(column, guest, pages, args) {
  if (column === "bushel") return decoder.decode((await run(column, guest, args)).stdout);
  const worker = await (workers.get("threads") ?? crew(guest));
  const memory = new WebAssembly.Memory({ initial: pages[0], maximum: pages[1], shared: true });
  const { code, stdout } = await answer(worker, { memory, args: [guest, ...args] });
  if (code !== 0) throw new Error(`${column}: ${guest} ${args.join(" ")}: exit code ${code}`);
  return stdout;
}

// The worker of a bare guest with threads, when those of its threads are there.
function crew(guest) {
  const made = (async () => {
    const module = await WebAssembly.compile(await copyFor("bare", guest));
    const begin = (message, transfer) => {
      const worker = new Worker("/page/threads.js", { type: "module" });
      return answer(worker, message, transfer).then(() => worker);
    };
    const ends = Array.from({ length: 2 }, () => new MessageChannel());
    await Promise.all(ends.map(({ port2 }) => begin({ module, port: port2 }, [port2])));
    const threads = ends.map(({ port1 }) => port1);
    return begin({ module, threads }, threads);
  })();
  workers.set("threads", made);
  return made;
}

function answer(worker, message, transfer = []) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(message, transfer);
  });
}

// Runs guest in a new worker of that name.
async function start(column, name, guest, code) {
  await ask(column, { guest, code }, name);
  return decoder.decode((await ask(column, { guest, args: [] }, name)).stdout);
}

function stop(name) {
  workers.get(name).terminate();
  workers.delete(name);
}

// The package that the guest bus serves, which the first call starts.
const busPackage = () => shell.fs.mkdir("/etc/bus.d", { recursive: true })
  .then(() => shell.fs.writeFile("/etc/bus.d/bench.json", JSON.stringify({ name: "bench", module: "/tmp/bus.wasm" })));

/** Runs a line that has to succeed. */
async function line(text) {
  const { code, stderr } = await shell.run(text);
  if (code !== 0) throw new Error(`${text}: exit code ${code}: ${stderr}`);
  return stderr;
}

/** Puts a song into the shell's files. */
async function song(ms) {
  await line("install -q play");
  const name = `/tmp/${ms}.mp3`;
  await shell.fs.writeFile(name, new Uint8Array(await (await fetch(`/song/${ms}.mp3`)).arrayBuffer()));
  return name;
}

const works = {
  async install(column, { name }) {
    await line(`install -q ${name} && uninstall ${name}`);
    const ms = await timed(() => line(`install -q ${name}`));
    await line(`uninstall ${name}`);
    return { "cached package installed": ms };
  },
  async decode(column, { ms }) {
    const told = await line(`play -o /dev/null ${await song(ms)}`);
    return { "MP3 decoded": Number(/([\d.]+) times real time/.exec(told)[1]) };
  },
  // The time in which no call of the program waits.
  async play(column, { ms }) {
    const told = await line(`TIMEFORMAT=%U; time play -q ${await song(ms)}`);
    return { play: (100 * Number(told.trim())) / (ms / 1000) };
  },
  async cpu(column, { rounds }) {
    const { told } = await run(column, "works", ["cpu", String(rounds)]);
    return { "CPU-bound guest": told.cpu / 1e6 / rounds };
  },
  async write(column, { count }) {
    const { told, stdout } = await run(column, "works", ["write", String(count)]);
    // The guest's own end puts an empty line into stderr, not into stdout.
    if (stdout.length !== count) throw new Error(`${column}: ${stdout.length} of ${count} bytes arrived`);
    return { "fd_write of 1 byte": told.write / 1e3 / count };
  },
  async clock(column, { count }) {
    const { told } = await run(column, "works", ["clock", String(count)]);
    return { "clock_time_get": told.clock / 1e3 / count };
  },
  async start(column, { guest, language, warm }) {
    const cold = await timed(() => hello(column, guest));
    return { [`${language}, cold start`]: cold, ...(warm ? { [`${language}, warm start`]: await again(column, guest) } : {}) };
  },
  async echo(column, { size }) {
    const stdin = new Uint8Array(size).map((_, i) => (i % 64 === 63 ? 10 : 97 + (i % 23)));
    let result;
    const ms = await timed(async () => { result = await run(column, "works", ["echo"], stdin); });
    const { stdout } = result;
    if (stdout.length !== size || !stdout.every((byte, i) => byte === stdin[i])) throw new Error(`${column}: other bytes came back`);
    return { "stdin echoed": ms / (size / 2 ** 20) };
  },
  async files(column, { count }) {
    const each = async () => (await run(column, "works", ["files", "/tmp", String(count)])).told.files / 1e3 / count;
    const made = await each();
    if (column !== "bushel") return { "file made and read back": made }; // the others' files end with the run
    const overwritten = await each();
    await line("rm -f /tmp/small*"); // the next turn makes them anew as well
    return { "file made and read back": made, "file overwritten and read back": overwritten };
  },
  async tree(column, { count }) {
    const { told } = await run(column, "works", ["tree", "/tmp", String(count)]);
    const names = { made: "10,000 small files made", listed: "listed", looked: "stat'ed", removed: "removed" };
    return Object.fromEntries(Object.entries(names).map(([key, name]) => [name, (told[key] / 1e6 / count) * 10_000]));
  },
  async sequence(column, { mib }) {
    const { told } = await run(column, "works", ["sequence", "/tmp", String(mib)]);
    return { "file written": mib / (told.write / 1e9), "file read": mib / (told.read / 1e9) };
  },
  async pipe(column, { mib }) {
    await shell.fs.writeFile("/tmp/big", new Uint8Array(mib << 20).fill(97));
    const { code, stdout, ms } = await shell.run("cat /tmp/big | wc -c");
    await shell.fs.rm("/tmp/big");
    if (code !== 0 || Number(stdout) !== mib << 20) throw new Error(`pipe: exit code ${code}, ${stdout}`);
    return { "cat big \\| wc -c": (mib / ms) * 1000 };
  },
  // MIB by 64 KiB from one guest to the last, with relays between; in the bare column
  // from worker to worker.
  async flow(column, { mib, relays }) {
    const name = relays.length === 0 ? "pipe between two guests" : `pipeline of ${relays.length + 2} guests`;
    if (column === "bare") return { [name]: mib / (await bareFlow(mib, relays.length)) * 1000 };
    const line = [`pour ${mib}`, ...relays, "sink"].map((w) => `/tmp/works.wasm ${w}`).join(" | ");
    const { code, stdout, stderr } = await shell.run(line);
    if (code !== 0 || Number(stdout) !== mib << 20) throw new Error(`${line}: exit code ${code}, ${stdout}, ${stderr}`);
    return { [name]: mib / (Number(/^sink (\d+)$/m.exec(stderr)[1]) / 1e9) };
  },
  // The same small program so many times at once, from the first start to the last end.
  async many(column, { guest, count }) {
    const check = (text, n) => {
      if (text.match(/^hello/gim)?.length !== n) throw new Error(`${column}: ${n} times ${guest} printed ${JSON.stringify(text)}`);
    };
    if (column === "bushel") {
      const line = `${`/tmp/${guest}.wasm & `.repeat(count)}wait`;
      let result;
      const ms = await timed(async () => { result = await shell.run(line); });
      check(result.stdout, count);
      return { [`${count} processes at once`]: ms };
    }
    const code = await copyFor(column, guest);
    const outputs = [];
    const ms = await timed(async () => {
      outputs.push(...(await Promise.all(Array.from({ length: count }, (_, i) => start(column, `${column} ${i}`, guest, code)))));
    });
    for (let i = 0; i < count; i++) stop(`${column} ${i}`);
    check(outputs.join("\n"), count);
    return { [`${count} processes at once`]: ms };
  },
  // How much longer it takes to compute twice at once than once.
  async twice(column, { rounds }) {
    const once = (await run(column, "works", ["cpu", String(rounds)])).told.cpu;
    return { "CPU-bound guest twice at once": Math.max(...(await bothCPU(column, rounds))) / once };
  },
  // How much faster two threads do twice what one does, from before they are begun until
  // they have ended.
  async threads(column, { guest, pages, iterations }) {
    const time = async (count, of) => Number(/(\d+) µs/.exec(await threaded(column, guest, pages, ["speed", String(of), String(count)]))[1]);
    // Compiles for good, which is done in calls of some length only, and leaves workers for as many threads.
    for (let i = 0; i < 3; i++) await time(2, iterations / 4);
    const starts = [];
    for (let i = 0; i < 7; i++) starts.push(await time(2, 1));
    // The least of some times each: one that others held up would make the ratio anything.
    const least = [Infinity, Infinity];
    for (let i = 0; i < 5; i++) {
      for (const n of [1, 2]) least[n - 1] = Math.min(least[n - 1], await time(n, iterations));
    }
    return {
      "two threads": (2 * least[0]) / least[1],
      "two threads begun and ended": starts.toSorted((a, b) => a - b)[3] / 1000,
    };
  },
  // A call of a guest to the package "os", or to another guest, and back; beside it a
  // message between two workers, or a call by Comlink.
  async trip(column, { to, name, count, size }) {
    if (column === "bare") return { [name]: await bareTrip(count, Number(size)) };
    if (column === "comlink") return { [name]: await comlinkCall(count, Number(size)) };
    await busPackage();
    const { told } = await run(column, "bus", ["call", to, String(count), size]);
    return { [name]: told.call / 1e3 / count };
  },
  async open(column, { name, count }) {
    await busPackage();
    const { told } = await run(column, "bus", ["open", "bench", String(count)]);
    return { [name]: told.open / 1e6 };
  },
  async pour(column, { name, mib }) {
    await busPackage();
    const { told } = await run(column, "bus", ["pour", "bench", String(mib)]);
    return { [name]: (mib * 2 ** 20) / 1e6 / (told.pour / 1e9) };
  },
  async prompt() {
    return { "page to prompt": await prompted };
  },
};

globalThis.bench = {
  /** Runs a work in a column: figures by name. */
  async work(column, name, options) {
    const guest = options.guest ?? "works";
    if (name !== "pipe" && name !== "prompt" && column !== "comlink" && !(column === "bare" && guest === "bus")) await prepare(column, guest);
    return works[name](column, options);
  },
};
