// An output device for browsers on a machine that has none: PulseAudio's null sink, which takes
// samples at the pace of a real one. Firefox's sound does not begin without a device; Chromium
// plays to nobody by itself.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a browser's environment says when there is nothing to play on, whatever the machine has. */
export const NO_SPEAKER = { PULSE_SERVER: "unix:/nonexistent", ALSA_CONFIG_PATH: "/nonexistent" };

/** Whether there can be a speaker, or what is missing. */
export function missingSpeaker(): string | undefined {
  return spawnSync("pulseaudio", ["--version"]).error ? "pulseaudio is missing: apt-get install pulseaudio" : undefined;
}

export interface Speaker {
  /** What the environment of a browser has to say. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** Starts a speaker of the test's own, which nobody else's configuration touches. */
export async function startSpeaker(): Promise<Speaker> {
  const home = mkdtempSync(join(tmpdir(), "bushel-speaker-"));
  const socket = join(home, "native");
  const modules = ["module-null-sink rate=44100", `module-native-protocol-unix auth-anonymous=1 socket=${socket}`];
  const daemon = spawn(
    "pulseaudio",
    ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--realtime=no", "--high-priority=no", "--log-target=stderr", ...modules.flatMap((module) => ["-L", module])],
    { env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: home }, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  daemon.stderr.on("data", (text) => (said += String(text)));
  const ended = new Promise<void>((done) => daemon.once("close", () => done()));
  let over = false;
  void ended.then(() => (over = true));
  while (!(await answers(socket))) {
    if (over) throw new Error(`pulseaudio did not start:\n${said}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  return {
    env: { ...NO_SPEAKER, PULSE_SERVER: `unix:${socket}` },
    close: async () => {
      daemon.kill("SIGKILL");
      await ended;
      rmSync(home, { recursive: true });
    },
  };
}

/** Whether somebody listens on a socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}
