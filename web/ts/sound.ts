// The page's end of sound: an AudioContext with a player (player.ts) for each stream of the
// kernel. The page hands over the stream's channel and has nothing to do with samples. A browser
// lets no sound begin before the page's user has clicked or pressed a key.

import { reason } from "./fault.ts";
import type { OpenSound, SoundState } from "./protocol.ts";

/** What browsers take for a user's will. */
const GESTURES = ["pointerdown", "pointerup", "keydown"] as const;

/** How long a sound that may begin usually takes for that, in milliseconds. */
const MOMENT = 500;

/** How long it is waited for where it may begin, in milliseconds: one with a device has begun then. */
const SILENCE = 6000;

/** Of browsers only Firefox has this, and only Firefox waits for ever without a device. */
declare const navigator: Navigator & { getAutoplayPolicy?(context: AudioContext): string };

/** The players of one kernel; player is the address of their script. */
export class Sound {
  private readonly player: string;
  private readonly tell: (state: SoundState) => void;
  private readonly playing = new Map<number, AudioContext>();

  constructor(player: string, tell: (state: SoundState) => void) {
    this.player = player;
    this.tell = tell;
  }

  /** Makes a player, and tells when it can be written, also if nothing is heard yet. */
  async open({ id, rate, channels, port }: OpenSound): Promise<void> {
    try {
      if (typeof AudioWorkletNode !== "function" || !isSecureContext) {
        throw new Error("browsers have sound on pages of https or localhost only");
      }
      const context = new AudioContext({ sampleRate: rate, latencyHint: "playback" });
      this.playing.set(id, context);
      await context.audioWorklet.addModule(this.player);
      if (!this.playing.has(id)) return; // closed meanwhile
      const node = new AudioWorkletNode(context, "bushel-player", { numberOfInputs: 0, outputChannelCount: [channels] });
      node.port.postMessage(port, [port]);
      node.connect(context.destination);
      this.start(id, context);
    } catch (error) {
      this.fail(id, error);
    }
  }

  /** Ends a stream at once. */
  close(id: number): void {
    const context = this.playing.get(id);
    this.playing.delete(id);
    context?.close().catch(() => {});
  }

  /** Ends all. */
  closeAll(): void {
    for (const id of [...this.playing.keys()]) this.close(id);
  }

  /** Has it begin as soon as the user lets it, and gives it up where nothing plays it. */
  private start(id: number, context: AudioContext): void {
    const closed = new AbortController();
    let silent: ReturnType<typeof setTimeout> | undefined;
    const allowed = (): boolean => navigator.getAutoplayPolicy?.(context) === "allowed";
    const say = (): void => {
      if (this.playing.has(id)) this.tell({ type: "sound", id, waiting: context.state !== "running" });
    };
    const giveUp = (): void => {
      if (this.playing.has(id)) this.fail(id, new Error("it finds no device to play it on"));
    };
    const wake = (): void => {
      if (context.state === "running") return;
      context.resume().catch(() => {});
      if (allowed()) silent ??= setTimeout(giveUp, SILENCE);
    };
    const changed = (): void => {
      if (context.state === "running") {
        clearTimeout(silent);
        silent = undefined;
      } else if (context.state === "closed") {
        clearTimeout(silent);
        closed.abort();
      }
      say();
    };
    context.addEventListener("statechange", changed);
    for (const gesture of GESTURES) addEventListener(gesture, wake, { capture: true, signal: closed.signal });
    wake();
    if (context.state === "running") say();
    // Where it may begin it does so in a moment; else it waits for the user.
    else setTimeout(() => context.state === "running" || allowed() || say(), MOMENT);
  }

  private fail(id: number, error: unknown): void {
    this.close(id);
    this.tell({ type: "sound", id, waiting: false, error: `the browser plays no sound: ${reason(error)}` });
  }
}
