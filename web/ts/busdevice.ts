// Links of the page to the bus: /dev/bus of its kernel.

import type { Dial, WireEnd } from "./bus.ts";
import { BusError } from "./buserror.ts";
import { BusKind, kindOf } from "./buswire.ts";
import type { Client } from "./client.ts";
import { reason } from "./fault.ts";
import { AT_CWD, Fed, FDInfo, Op, Open, WRITE_BEHIND } from "./syscall.ts";

/** How much one read may bring. */
const PIECE = 256 << 10;
/** How much one write may take, but for a single frame of the bus: less than a frame of the link. */
const MOST = 16 << 20;
/** How many bytes of small items of streams gather at most. */
const GATHERED = 32 << 10;
/** How many bytes the kernel may send unasked, and after how many it hears that it may send as many more. */
const ROOM = 1 << 20;
const AGAIN = 256 << 10;

/** Opens /dev/bus of the kernel, which is asked for at each. */
export function device(kernel: () => Promise<Client>): Dial {
  return async (end) => {
    const client = await kernel();
    const path = "/dev/bus";
    const { vals: [fd, info] } = await client.call({ op: Op.open, path, args: [AT_CWD, Open.read | Open.write | Open.cloexec, 0] });
    const lane = client.takeLane();
    let out: Uint8Array[] = [];
    let length = 0;
    let due = false; // a flush is, at the end of the turn
    const flush = () => {
      due = false;
      // Whether it can be written is heard of by the end of what comes.
      if (out.length > 0) client.tell({ op: Op.write, args: [fd, WRITE_BEHIND] }, lane, out);
      out = [];
      length = 0;
    };
    // A stream of small items takes a turn for each: those that follow one which was just written gather
    // until the messages that have come meanwhile are served.
    let gathers = false;
    const { port1: later, port2: soon } = new MessageChannel();
    later.onmessage = () => {
      gathers = false;
      flush();
    };
    const send = (frames: Uint8Array) => {
      if (length > 0 && length + frames.length > MOST) flush();
      length += frames.length;
      out.push(frames);
      if (kindOf(frames) === BusKind.data && length < GATHERED) {
        if (gathers) return;
        gathers = true;
        soon.postMessage(null);
      }
      if (due) return;
      due = true;
      queueMicrotask(flush); // what one turn sends is one write
    };
    const unfeed = info & FDInfo.fed ? feed(client, fd, lane, end) : undefined;
    if (!unfeed) void read(client, fd, end);
    return {
      send,
      close: () => {
        // Behind what is still to be sent.
        queueMicrotask(() => {
          flush();
          later.close();
          const closed = () => client.giveLane(lane);
          client.call({ op: Op.close, args: [fd] }, lane).then(closed).catch(() => {});
          unfeed?.();
        });
      },
    };
  };
}

// Has the kernel send what comes on fd, until the function that it returns is called.
function feed(client: Client, fd: number, lane: number, end: WireEnd): () => void {
  let came = 0;
  let taken = 0;
  const id = client.feeds({
    receive(how, data) {
      came += data.length;
      taken += data.length;
      if (data.length > 0) end.receive(data);
      if (how === Fed.over) end.lost(new BusError("unavailable", "the link is closed"));
      else if (how === Fed.off) void read(client, fd, end);
      else if (taken >= AGAIN) {
        grant(taken);
        taken = 0;
      }
    },
    lost: (error) => end.lost(new BusError("unavailable", reason(error))),
  });
  const grant = (more: number): void => client.tell({ op: Op.feed, args: [fd, more, id, came] }, lane);
  grant(ROOM);
  return () => client.starve(id);
}

async function read(client: Client, fd: number, end: WireEnd): Promise<void> {
  try {
    for (;;) {
      const { data } = await client.call({ op: Op.read, args: [fd, PIECE] });
      if (data.length === 0) break;
      end.receive(data);
    }
    end.lost(new BusError("unavailable", "the link is closed"));
  } catch (error) {
    end.lost(new BusError("unavailable", reason(error)));
  }
}
