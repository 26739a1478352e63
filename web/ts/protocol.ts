// The messages between the page, the kernel worker and the process workers.
// Whatever Go reads is a Uint8Array of bus frames (frame.ts), one behind
// another, its buffer transferred; the rest is plain JavaScript and is here.

import type { Policy } from "./policy.ts";

/** The engine that runs guests; "auto" takes the browser's where it can wait (JSPI). */
export const ENGINES = ["auto", "browser", "wazero"] as const;
export type Engine = (typeof ENGINES)[number];

/** Page to kernel worker, first and once. */
export interface BootKernel {
  type: "boot";
  /** The address of the site that bushel.js came from, with a trailing slash. */
  base: string;
  /** The compiled kernel.wasm, shared by all shells of the page. */
  kernel: WebAssembly.Module;
  engine: Engine;
  /** The store that is to be /home; empty: /home is in memory. */
  store: string;
  settings: Settings;
  /** Whether requests of its programs carry the reader's cookies for the page's own site. */
  credentials: Credentials;
}

/** With "omit" no request carries cookies, with "same-origin" those to the page's own site do. */
export type Credentials = "same-origin" | "omit";

/** What the page sets, and Go reads as JSON. */
export interface Settings {
  policy?: Policy | undefined;
  /** What the user has granted, as it was kept. */
  grants?: unknown;
  /** The lowest level that goes to the console; empty: none. */
  log?: string;
}

/** Kernel worker to page: these grants of the user are to be kept. */
export interface SaveGrants {
  type: "grants";
  text: string;
}

/** Page to kernel worker, before it boots: this store will be wanted as /home. */
export interface OpenStore {
  type: "store";
  name: string;
}

/** Page to kernel worker: the prompt is there, and spare process workers may be made. */
export interface Warm {
  type: "warm";
}

/** The programs of the process workers: which drives the browser's engine, and which interprets. */
export type ProcessModule = "process" | "interp";

/** Kernel worker to page: this module is wanted. */
export interface WantModule {
  type: "want";
  name: ProcessModule;
}

/** Page to kernel worker: here it is, compiled, shared by all shells of the page; or why it is not. */
export interface GiveModule {
  type: "module";
  name: ProcessModule;
  module: WebAssembly.Module | string;
}

/** Kernel worker to page: frames may now be sent. */
export interface Booted {
  type: "booted";
  /** What is to be known of the files, or empty: why they will not last, or what of them is lost. */
  notice: string;
  /** The notice is of no interest to somebody who has not asked for files that last. */
  minor: boolean;
}

/** Kernel worker to page: the kernel has not started, or has died, and error says why. */
export interface Failed {
  type: "failed";
  error: string;
}

/** What a shell that is not ready is doing. */
export type Phase = "download" | "compile" | "start";

/** Kernel worker to page: start a process worker, and give it port as its first message. */
export interface MakeWorker {
  type: "make";
  id: number;
  name: string;
  port: MessagePort;
}

/** Kernel worker to page: end a process worker, whatever it does. */
export interface TerminateWorker {
  type: "terminate";
  id: number;
}

/** Page to kernel worker: a process worker cannot be started, or has thrown. */
export interface WorkerFailed {
  type: "worker-failed";
  id: number;
  message: string;
}

/** Kernel worker to page: a program begins a conversation about what. */
export interface TalkOpen {
  type: "talk-open";
  id: number;
  what: string;
}

/** Either way: a message of a conversation. */
export interface TalkMessage {
  type: "talk";
  id: number;
  data: Uint8Array;
}

/** Either way: a conversation has been ended. */
export interface TalkClose {
  type: "talk-close";
  id: number;
}

/** Page to kernel worker: a folder of the disk that the user has picked. */
export interface GiveFolder {
  type: "folder";
  id: number;
  handle: FileSystemDirectoryHandle;
}

/** Kernel worker to page: make a player for a stream of sound, and give it port. */
export interface OpenSound {
  type: "sound-open";
  id: number;
  rate: number;
  channels: number;
  port: MessagePort;
}

/** Kernel worker to page: a stream of sound is over. */
export interface CloseSound {
  type: "sound-close";
  id: number;
}

/** Page to kernel worker: a stream of sound can be written, or error says why not. */
export interface SoundState {
  type: "sound";
  id: number;
  /** Nothing is heard before the page's user clicks or presses a key. */
  waiting: boolean;
  error?: string;
}

/** Kernel worker to player: samples of 16 bits, or what to do. */
export type ToPlayer = ArrayBuffer | { paused: boolean } | { volume: number } | { finish: true };

/** Player to kernel worker: how many frames were played, and how often none were there; over says that all was played. */
export interface FromPlayer {
  played: number;
  starved: number;
  over: boolean;
}

export type FromKernel = OpenSound | CloseSound | TalkOpen | TalkMessage | TalkClose | WantModule | Booted | Failed | MakeWorker | TerminateWorker | Uint8Array | SaveGrants;
export type ToKernel = SoundState | GiveFolder | TalkMessage | TalkClose | BootKernel | OpenStore | Warm | WorkerFailed | GiveModule | Uint8Array | Uint8Array[];

/** Kernel worker to process worker, first and once: the compiled process.wasm or interp.wasm. */
export interface BootProcess {
  type: "boot";
  module: WebAssembly.Module;
  /** The module is interp.wasm: it interprets guests. */
  interprets: boolean;
}

/** Kernel worker to process worker: begin this guest. info is a sys.StartInfo in its wire form. */
export interface StartGuest {
  type: "start";
  /** What the guest imports. */
  abi: "wasi" | "gojs";
  /** The guest: compiled for the browser's engine, its bytes for an interpreter. */
  image: WebAssembly.Module | Uint8Array;
  info: Uint8Array;
  /** Of a guest with threads on the browser's engine. */
  shared?: SharedGuest;
}

/** What the threads of one guest share, each in a worker of its own. */
export interface SharedGuest {
  memory: WebAssembly.Memory;
  /** On shared memory: the number of the last thread, and how many there are besides the first. */
  count: Int32Array;
}

/** Kernel worker to process worker: begin a further thread of a guest. */
export interface StartThread {
  type: "thread";
  image: WebAssembly.Module;
  info: Uint8Array;
  shared: SharedGuest;
  id: number;
  arg: number;
}

/** Kernel worker to process worker: the guest's end of a pipe whose other end another guest has. */
export interface JoinPipe {
  type: "pipe";
  pipe: number;
  port: MessagePort;
}

/** Kernel worker to process worker: the interpreted guest is to stop wherever it is, or to go on. */
export interface StopGuest {
  type: "stop";
  stopped: boolean;
}

/** Process worker to kernel worker: the guest wants a thread, of that number. */
export interface SpawnThread {
  type: "spawn";
  id: number;
  arg: number;
}

/** Process worker to kernel worker: its thread has ended all of the guest. */
export interface Over {
  type: "over";
}

/** Process worker to kernel worker: there is no room for a memory that it needs. It tries again. */
export interface Full {
  type: "full";
}

/** Process worker to kernel worker: it can be given a guest. */
export interface Warm {
  type: "warm";
}

/**
 * Process worker to kernel worker: it holds the lock of that name, and gives it up by its
 * end only, of which a browser tells nobody otherwise.
 */
export interface Held {
  type: "held";
  lock: string;
}

/** Process worker to kernel worker: its guest has ended, and it can be given another. */
export interface Idle {
  type: "idle";
  /** The frames that it sent last. */
  last: Uint8Array<ArrayBuffer>;
}

/** Process worker to kernel worker: its guest has ended, and no other must run in it. */
export interface Done {
  type: "done";
  last: Uint8Array<ArrayBuffer>;
}

export type ToProcess = BootProcess | StartGuest | StartThread | StopGuest | JoinPipe | Uint8Array;
export type FromProcess = Warm | Full | Held | Idle | Done | SpawnThread | Over | Failed | Uint8Array;
