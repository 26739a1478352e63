// A worker of the bare pipelines: makes pieces of 64 KiB, or copies those that come in,
// and sends them on by transfer; at the end it says in how many milliseconds they came.
// As many are on their way as a pipe between guests has.
const PIECE = 64 << 10;
const MOST = 5;

onmessage = ({ data: { mib, input, output } }) => {
  const count = mib * 16;
  const memory = new Uint8Array(PIECE).fill(112);
  let credit = MOST;
  let [came, sent, begun] = [0, 0, 0];
  const send = () => {
    const piece = memory.slice();
    output.postMessage(piece, [piece.buffer]);
    credit--;
    sent++;
  };
  const pour = () => {
    while (!input && credit > 0 && sent < count) send();
  };
  const held = [];
  const take = (piece) => {
    memory.set(piece);
    if (came++ === 0) begun = performance.now();
    if (output) send();
    input.postMessage(0);
    if (came === count && !output) postMessage(performance.now() - begun);
  };
  if (input) {
    input.onmessage = ({ data }) => {
      if (output && (credit === 0 || held.length > 0)) held.push(data);
      else take(data);
    };
  }
  if (output) {
    output.onmessage = () => {
      credit++;
      if (held.length > 0) take(held.shift());
      else pour();
    };
    pour();
  }
};
postMessage("ready");
