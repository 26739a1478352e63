// Streams of sound of the kernel: web/kernel/sound_js.go is the other half. The page makes the
// player (web/ts/sound.ts); samples go to it by a channel of their own, past the page's thread.

import type { FromKernel, FromPlayer, SoundState, ToPlayer } from "../protocol.ts";

/** What the kernel is told of a stream. */
const OPENED = 1;
const FAILED = 2;
const PLAYED = 3;

/** What the kernel has a stream do. */
const PAUSE = 1;
const VOLUME = 2;
const FINISH = 3;
const CLOSE = 4;

export type TellSound = (id: number, kind: number, a: number, b: number, over: boolean, data: Uint8Array) => void;

const EMPTY = new Uint8Array(0);

/** Streams by the kernel's numbers. The kernel is told nothing while it calls. */
export class Sounds {
  private readonly post: (message: FromKernel, transfer: Transferable[]) => void;
  private readonly tell: TellSound;
  private readonly live = new Map<number, MessagePort>();

  constructor(post: (message: FromKernel, transfer: Transferable[]) => void, tell: TellSound) {
    this.post = post;
    this.tell = tell;
  }

  open(id: number, rate: number, channels: number): void {
    const { port1, port2 } = new MessageChannel();
    this.live.set(id, port1);
    port1.onmessage = ({ data }: MessageEvent<FromPlayer>) => {
      if (this.live.has(id)) this.tell(id, PLAYED, data.played, data.starved, data.over, EMPTY);
    };
    this.post({ type: "sound-open", id, rate, channels, port: port2 }, [port2]);
  }

  write(id: number, samples: Uint8Array<ArrayBuffer>): void {
    this.say(id, samples.buffer, [samples.buffer]);
  }

  order(id: number, order: number, value: number): void {
    if (order === PAUSE) this.say(id, { paused: value !== 0 });
    else if (order === VOLUME) this.say(id, { volume: value });
    else if (order === FINISH) this.say(id, { finish: true });
    else if (order === CLOSE) {
      this.live.get(id)?.close();
      this.live.delete(id);
      this.post({ type: "sound-close", id }, []);
    }
  }

  /** What the page says of a stream's player. */
  heard({ id, waiting, error }: SoundState): void {
    if (!this.live.has(id)) return;
    if (error) this.tell(id, FAILED, 0, 0, false, new TextEncoder().encode(error));
    else this.tell(id, OPENED, waiting ? 1 : 0, 0, false, EMPTY);
  }

  private say(id: number, message: ToPlayer, transfer: Transferable[] = []): void {
    this.live.get(id)?.postMessage(message, transfer);
  }
}
