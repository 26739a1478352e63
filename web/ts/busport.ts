// Links of the bus through message ports: their frames as Uint8Arrays, and null for the end.

import type { Dial, Wire } from "./bus.ts";
import { BusError } from "./buserror.ts";

/** A wire to the bus through a port, at whose other end is a relay. The port is the wire's own. */
export function byPort(port: MessagePort): Dial {
  return async (end) => {
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof Uint8Array) end.receive(data);
      else end.lost(new BusError("unavailable", "the link is closed"));
    };
    return { send: (frames) => post(port, frames), close: () => hangUp(port) };
  };
}

/** Opens a wire to the bus and joins it to the port, until one of them ends. */
export async function relay(port: MessagePort, dial: Dial): Promise<void> {
  let wire: Wire;
  try {
    wire = await dial({ receive: (frames) => post(port, frames), lost: () => hangUp(port) });
  } catch (error) {
    hangUp(port);
    throw error;
  }
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof Uint8Array) return wire.send(data);
    wire.close();
    port.close();
  };
}

// A copy: what is sent may be a part of more.
function post(port: MessagePort, frames: Uint8Array): void {
  const copy = frames.slice();
  port.postMessage(copy, [copy.buffer]);
}

function hangUp(port: MessagePort): void {
  port.postMessage(null);
  port.close();
}
