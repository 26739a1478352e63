// Starting a worker whose script may be on another origin than the page.

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
