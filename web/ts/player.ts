// The player of a stream of sound, in the browser's own thread for it: an AudioWorkletProcessor
// that plays what comes by a channel from the kernel's worker, and says how far it is.

import type { FromPlayer, ToPlayer } from "./protocol.ts";

// What an AudioWorkletGlobalScope has; TypeScript's library knows only the page's half.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** How much is there before the sound begins, or begins again, and how often is told how far it is, in seconds. */
const AHEAD = 0.2;
const TELL = 0.05;

class Player extends AudioWorkletProcessor {
  private channel: MessagePort | undefined;
  private readonly queue: Int16Array[] = [];
  private at = 0; // the next sample of the first of the queue
  private samples = 0; // in the queue
  private channels = 1;
  private volume = 1;
  private paused = false;
  private finished = false;
  private flowing = false;
  private over = false;
  private starved = 0;
  /** How many frames were played. */
  played = 0;
  private told = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data: channel }: MessageEvent<MessagePort>) => {
      this.channel = channel;
      channel.onmessage = ({ data }: MessageEvent<ToPlayer>) => this.take(data);
    };
  }

  process(_: unknown, [output]: [Float32Array[]]): boolean {
    const length = output[0]!.length;
    this.channels = output.length;
    const ready = Math.floor(this.samples / this.channels);
    if (!this.flowing && (ready >= AHEAD * sampleRate || (this.finished && ready > 0))) this.flowing = true;
    if (this.flowing && !this.paused) {
      const n = Math.min(length, ready);
      this.play(output, n);
      if (n < length && !this.finished) {
        this.flowing = false;
        this.starved++;
      }
    }
    const over = this.finished && this.samples < this.channels && !this.over;
    if (over || this.played - this.told >= TELL * sampleRate) this.tell(over);
    return true;
  }

  private play(output: Float32Array[], frames: number): void {
    for (let i = 0; i < frames; i++) {
      for (const channel of output) {
        while (this.at >= this.queue[0]!.length) {
          this.queue.shift();
          this.at = 0;
        }
        channel[i] = (this.queue[0]![this.at++]! / 32768) * this.volume;
      }
    }
    this.samples -= frames * output.length;
    this.played += frames;
  }

  private take(message: ToPlayer): void {
    if (message instanceof ArrayBuffer) {
      const samples = new Int16Array(message);
      this.queue.push(samples);
      this.samples += samples.length;
    } else if ("paused" in message) this.paused = message.paused;
    else if ("volume" in message) this.volume = message.volume;
    else this.finished = true;
  }

  private tell(over: boolean): void {
    this.told = this.played;
    this.over ||= over;
    this.channel?.postMessage({ played: this.played, starved: this.starved, over: this.over } satisfies FromPlayer);
  }
}

registerProcessor("bushel-player", Player);
