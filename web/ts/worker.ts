// Starting workers, whose scripts may be on another origin than the page.

import type { MakeWorker, WorkerFailed } from "./protocol.ts";

/**
 * Starts a classic worker from url. Browsers refuse a script of another origin,
 * but not a script of our own that loads it.
 */
export function startWorker(url: string, name: string): Worker {
  if (new URL(url).origin === globalThis.location.origin) return new Worker(url, { name });
  const blob = new Blob([`importScripts(${JSON.stringify(url)});`], { type: "text/javascript" });
  const own = URL.createObjectURL(blob);
  try {
    return new Worker(own, { name });
  } finally {
    // The worker has fetched it by then; at the latest when it first runs.
    setTimeout(() => URL.revokeObjectURL(own), 60_000);
  }
}

/** The process workers of one kernel, made and ended as it asks. */
export class ProcessWorkers {
  private readonly url: string;
  private readonly tell: (message: WorkerFailed) => void;
  private readonly all = new Map<number, Worker>();

  constructor(url: string, tell: (message: WorkerFailed) => void) {
    this.url = url;
    this.tell = tell;
  }

  make({ id, name, port }: MakeWorker): void {
    const failed = (message: string): void => this.tell({ type: "worker-failed", id, message });
    try {
      const worker = startWorker(this.url, name);
      this.all.set(id, worker);
      worker.onerror = (event) => {
        event.preventDefault();
        failed(event.message ?? "");
      };
      worker.postMessage(port, [port]);
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
    }
  }

  terminate(id: number): void {
    this.all.get(id)?.terminate();
    this.all.delete(id);
  }

  /** Ends them all. */
  close(): void {
    for (const worker of this.all.values()) worker.terminate();
    this.all.clear();
  }
}
