// What the bus is measured beside: a bare round trip of a message between two workers, and
// Comlink between the page and a worker.
import { transfer, wrap } from "/comlink/comlink.mjs";

const WARM = 500;
const MOVED = 8192;

/** The time of a round trip between two workers, in microseconds. */
export async function bareTrip(count, size) {
  const [asks, answers] = [1, 2].map(() => new Worker("/page/echo.js", { type: "module" }));
  const { port1, port2 } = new MessageChannel();
  try {
    return await new Promise((resolve, reject) => {
      for (const worker of [asks, answers]) worker.onerror = ({ message }) => reject(new Error(message));
      asks.onmessage = ({ data }) => resolve((data * 1000) / count);
      answers.postMessage({ port: port2 }, [port2]);
      asks.postMessage({ port: port1, rounds: { warm: WARM, count }, size }, [port1]);
    });
  } finally {
    asks.terminate();
    answers.terminate();
  }
}

/** The time of a call by Comlink, in microseconds. */
export async function comlinkCall(count, size) {
  const worker = new Worker("/page/comlink.js", { type: "module" });
  const remote = wrap(worker);
  const memory = new Uint8Array(size).fill(112);
  const call = async () => {
    const piece = memory.slice();
    memory.set(await remote.echo(size > MOVED ? transfer(piece, [piece.buffer]) : piece));
  };
  try {
    for (let i = 0; i < WARM; i++) await call();
    const begun = performance.now();
    for (let i = 0; i < count; i++) await call();
    return ((performance.now() - begun) * 1000) / count;
  } finally {
    worker.terminate();
  }
}
