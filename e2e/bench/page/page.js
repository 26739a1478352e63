// The page of the benchmark: runs a guest in one of the columns and times it.
// A column is Bushel's element, or a worker that answers {code, stdout, stderr}.

const decoder = new TextDecoder();
const guests = new Map();
const prepared = new Map();
const workers = new Map();

/** Calls a worker, which answers in order. */
function ask(column, message) {
  let worker = workers.get(column);
  if (!worker) workers.set(column, (worker = new Worker(`/page/${column}.js`, { type: "module" })));
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

const works = {
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
    const { told } = await run(column, "works", ["files", "/tmp", String(count)]);
    return { "file made and read back": told.files / 1e3 / count };
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
  async prompt() {
    return { "page to prompt": await prompted };
  },
};

globalThis.bench = {
  /** Runs a work in a column: figures by name. */
  async work(column, name, options) {
    const guest = options.guest ?? "works";
    if (name !== "pipe" && name !== "prompt") await prepare(column, guest);
    return works[name](column, options);
  },
};
