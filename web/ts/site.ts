// Where the files of the site are: beside this script. The addresses are written so that bundlers
// know the files, and put them where they put theirs.

/** The addresses of the files that are fetched when they are needed. */
export interface Site {
  /** The folder, with a trailing slash, which relative addresses of programs start from. */
  base: string;
  kernelWorker: string;
  processWorker: string;
  /** What plays sound, an AudioWorklet's module. */
  player: string;
  modules: Modules;
}

/** The addresses of the Go programs of the workers. */
export interface Modules {
  kernel: string;
  process: string;
  interp: string;
}

const kernelWorker = new URL("./kernel-worker.js", import.meta.url).href;

/** The site that this script has come from. */
export const SITE: Site = {
  base: new URL(".", kernelWorker).href,
  kernelWorker,
  processWorker: new URL("./process-worker.js", import.meta.url).href,
  player: new URL("./player.js", import.meta.url).href,
  modules: {
    kernel: new URL("./kernel.wasm", import.meta.url).href,
    process: new URL("./process.wasm", import.meta.url).href,
    interp: new URL("./interp.wasm", import.meta.url).href,
  },
};
