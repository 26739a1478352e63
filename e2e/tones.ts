// MP3 files of synthesised tones, made by Debian's lame, and what a native decoder makes of them.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export interface Tone {
  mp3: Buffer;
  /** What a native decoder makes of it: samples of 16 bits, left and right. */
  samples: Int16Array;
}

/** Whether tones can be made, or what is missing. */
export function missing(): string | undefined {
  try {
    execFileSync("lame", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "lame is missing: apt-get install lame";
  }
}

/** A tone of seconds: left and right are its frequencies, in Hz. */
export function tone(seconds: number, left: number, right: number, rate = 44_100): Tone {
  const dir = mkdtempSync(join(tmpdir(), "bushel-tone-"));
  try {
    const frames = Math.round(seconds * rate);
    const wav = Buffer.alloc(44 + 4 * frames);
    wav.write("RIFF", 0);
    wav.writeUInt32LE(wav.length - 8, 4);
    wav.write("WAVEfmt ", 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(2, 22);
    wav.writeUInt32LE(rate, 24);
    wav.writeUInt32LE(4 * rate, 28);
    wav.writeUInt16LE(4, 32);
    wav.writeUInt16LE(16, 34);
    wav.write("data", 36);
    wav.writeUInt32LE(4 * frames, 40);
    for (let i = 0; i < frames; i++) {
      wav.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * left * i) / rate)), 44 + 4 * i);
      wav.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * right * i) / rate)), 46 + 4 * i);
    }
    writeFileSync(join(dir, "tone.wav"), wav);
    execFileSync("lame", ["--quiet", "-b", "128", join(dir, "tone.wav"), join(dir, "tone.mp3")]);
    execFileSync("go", ["run", "./examples/go/play", "-o", join(dir, "tone.pcm"), join(dir, "tone.mp3")], { cwd: ROOT, stdio: ["ignore", "ignore", "ignore"] });
    const pcm = readFileSync(join(dir, "tone.pcm"));
    return { mp3: readFileSync(join(dir, "tone.mp3")), samples: new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length)) };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The frequency of one of two channels, in Hz, by its zero crossings. */
export function frequency(samples: Int16Array, channel: 0 | 1, rate = 44_100): number {
  // The ends of a file have the encoder's silence.
  const from = rate >> 1;
  const to = samples.length / 2 - (rate >> 1);
  let rises = 0;
  for (let i = from; i < to; i++) if (samples[2 * i + channel]! < 0 && samples[2 * (i + 1) + channel]! >= 0) rises++;
  return (rises * rate) / (to - from);
}

/** What stands before the player's own script in a test: it hands on what it plays. */
export const EAVESDROP = `{
  const register = globalThis.registerProcessor;
  globalThis.registerProcessor = (name, Player) => register(name, class extends Player {
    process(inputs, outputs) {
      const before = this.played;
      const goesOn = super.process(inputs, outputs);
      const n = this.played - before;
      if (n > 0) this.port.postMessage(outputs[0].map((channel) => channel.slice(0, n)));
      return goesOn;
    }
  });
}
`;

/** Has a page keep what its players hand on; it is run before the page's own scripts. */
export function listen(): void {
  const all: Float32Array[][] = [];
  Object.assign(globalThis, { overheard: all });
  const Node = AudioWorkletNode;
  globalThis.AudioWorkletNode = class extends Node {
    constructor(...args: ConstructorParameters<typeof Node>) {
      super(...args);
      this.port.onmessage = ({ data }) => all.push(data);
    }
  };
}

declare global {
  /** What the players of the page have played, a piece for each channel. */
  var overheard: Float32Array[][];
}

/** What the page's players have played, as interleaved samples of 16 bits; it is run in the page. */
export function heardSamples(): number[] {
  const out: number[] = [];
  for (const piece of overheard) for (let i = 0; i < piece[0]!.length; i++) for (const channel of piece) out.push(Math.round(channel[i]! * 32_768));
  return out;
}

/** Where two lists of samples begin to differ, or undefined. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): string | undefined {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return `sample ${i} is ${a[i]}, and not ${b[i]}`;
  return a.length === b.length ? undefined : `there are ${a.length} samples, and not ${b.length}`;
}
