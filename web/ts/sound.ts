// The page's end of sound: an AudioContext with a player (player.ts) for each stream of the
// kernel. The page hands over the stream's channel and has nothing to do with samples. A browser
// lets no sound begin before the page's user has clicked or pressed a key.

import { reason } from "./fault.ts";
import type { OpenSound, SoundState } from "./protocol.ts";

/** What browsers take for a user's will. */
const GESTURES = ["pointerdown", "pointerup", "keydown"] as const;

/** How long a sound that may begin takes for that, in milliseconds. */
const MOMENT = 500;

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
      await this.start(id, context);
    } catch (error) {
      this.close(id);
      this.tell({ type: "sound", id, waiting: false, error: `the browser plays no sound: ${reason(error)}` });
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

  private async start(id: number, context: AudioContext): Promise<void> {
    const say = (): void => {
      if (this.playing.has(id)) this.tell({ type: "sound", id, waiting: context.state !== "running" });
    };
    const wake = (): void => void context.resume().catch(() => {});
    const changed = (): void => {
      if (context.state === "running" || context.state === "closed") for (const gesture of GESTURES) removeEventListener(gesture, wake, true);
      say();
    };
    context.addEventListener("statechange", changed);
    for (const gesture of GESTURES) addEventListener(gesture, wake, true);
    // Where it may begin it does so in a moment; else the promise waits for the user.
    await Promise.race([context.resume().catch(() => {}), new Promise((resolve) => setTimeout(resolve, MOMENT))]);
    changed();
  }
}
