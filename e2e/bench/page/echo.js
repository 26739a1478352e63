// A worker of the bare round trips: the one that asks, or the one that answers. Payloads
// lie in a memory, as a guest's do, and what is long enough is transferred.
const MOVED = 8192;
const memory = new Uint8Array(64 << 10).fill(112);

function send(port, size) {
  const piece = memory.slice(0, size);
  port.postMessage(piece, size > MOVED ? [piece.buffer] : []);
}

onmessage = ({ data: { port, rounds, size } }) => {
  if (!rounds) {
    port.onmessage = ({ data }) => {
      memory.set(data);
      send(port, data.length);
    };
    return;
  }
  // Those that warm up are not timed.
  let left = rounds.warm + rounds.count;
  let begun = 0;
  port.onmessage = ({ data }) => {
    memory.set(data);
    left--;
    if (left === rounds.count) begun = performance.now();
    if (left > 0) send(port, size);
    else postMessage(performance.now() - begun);
  };
  send(port, size);
};
