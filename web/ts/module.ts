// The kernel's WebAssembly module: fetched with its progress counted, compiled
// while it comes, and shared by all shells of the page.

import { BushelError, reason } from "./fault.ts";
import type { Phase } from "./protocol.ts";
import { noteFetched, wasFetched } from "./visited.ts";

/** Lengths of the site's modules in bytes, put in by cmd/build; a server that compresses does not tell them. */
declare const BUSHEL_SIZES: Readonly<Record<string, number>> | undefined;

export interface Progress {
  loaded: number;
  total: number;
  phase: Phase;
}
export type OnProgress = (progress: Progress) => void;

interface Download {
  module: Promise<WebAssembly.Module>;
  last: Progress;
  listeners: Set<OnProgress>;
}

const downloads = new Map<string, Download>();

/** Loads the site's module of that name from url, or joins the load that is under way or done. */
export async function loadModule(url: string, name: string, onProgress: OnProgress): Promise<WebAssembly.Module> {
  let download = downloads.get(url);
  if (!download) {
    const total = typeof BUSHEL_SIZES === "undefined" ? 0 : (BUSHEL_SIZES[name] ?? 0);
    const started: Download = {
      last: { loaded: 0, total, phase: "download" },
      listeners: new Set(),
      module: load(url, total, (progress) => {
        started.last = progress;
        for (const listener of started.listeners) listener(progress);
      }),
    };
    downloads.set(url, (download = started));
    // A failure is not kept: the next shell, or the next try, asks again.
    started.module.catch(() => downloads.delete(url));
  }
  onProgress(download.last);
  download.listeners.add(onProgress);
  try {
    return await download.module;
  } finally {
    download.listeners.delete(onProgress);
  }
}

async function load(url: string, total: number, onProgress: OnProgress): Promise<WebAssembly.Module> {
  const response = await get(url);
  if (total === 0 && !response.headers.has("content-encoding")) {
    total = Number(response.headers.get("content-length") ?? 0);
  }
  let loaded = 0;
  let whole = false;
  const count = (bytes: number): void => {
    if (whole) return;
    loaded += bytes;
    onProgress({ loaded, total: Math.max(total, loaded), phase: loaded < total ? "download" : "compile" });
  };
  // From the cache it comes at once, and to count it would take a third longer: a copy is what is counted.
  const cached = wasFetched(url, total);
  try {
    const module = await compile(response, cached ? undefined : count);
    if (loaded < total) count(total - loaded); // the copy comes behind what is compiled
    whole = true;
    if (!cached) noteFetched(url, total);
    return module;
  } catch (error) {
    throw loadError(error, url);
  }
}

/** Fetches a file of the site and says in words what is wrong if that fails. */
export async function get(url: string, credentials: RequestCredentials = "same-origin"): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials });
  } catch (error) {
    throw loadError(error, url);
  }
  if (!response.ok) {
    throw new BushelError(
      "not_found",
      "A part of the shell could not be fetched.",
      `The server answered ${response.status} for ${url}.`,
      "Check that all files of the site were uploaded, beside each other.",
    );
  }
  return response;
}

// The response itself goes to the compiler, so that the browser can keep its
// compiled code; a copy is counted, if anything is. A server that calls the file anything but
// application/wasm gets its bytes handed on under the right name.
async function compile(response: Response, count: ((bytes: number) => void) | undefined): Promise<WebAssembly.Module> {
  const typed = response.headers.get("content-type")?.toLowerCase() === "application/wasm";
  if (typeof WebAssembly.compileStreaming !== "function") {
    const bytes = new Uint8Array(await response.arrayBuffer());
    count?.(bytes.length);
    return WebAssembly.compile(bytes);
  }
  if (typed && response.body) {
    if (count) {
      const copy = response.clone().body!;
      const counting = copy.pipeTo(new WritableStream({ write: (chunk: Uint8Array) => count(chunk.length) }));
      counting.catch(() => {}); // the compiler meets the same error and tells it
    }
    return WebAssembly.compileStreaming(response);
  }
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, out) {
      count?.(chunk.length);
      out.enqueue(chunk);
    },
  });
  const body = response.body?.pipeThrough(counter) ?? null;
  return WebAssembly.compileStreaming(new Response(body, { headers: { "content-type": "application/wasm" } }));
}

function loadError(error: unknown, url: string): BushelError {
  if (error instanceof BushelError) return error;
  const said = reason(error);
  if (/unsafe-eval|content security policy|\bCSP\b/i.test(said)) {
    return new BushelError(
      "forbidden",
      "This page does not allow WebAssembly.",
      "Its content security policy has no 'wasm-unsafe-eval'.",
      "Add 'wasm-unsafe-eval' to the policy's script-src.",
    );
  }
  if (error instanceof WebAssembly.CompileError) {
    return new BushelError(
      "damaged",
      "The shell's kernel does not compile.",
      `${url} is damaged or incomplete, or this browser is too old for it: ${said}`,
      "Reload the page; if that does not help, upload the file again or update the browser.",
    );
  }
  if (!navigator.onLine) {
    return new BushelError("offline", "The shell could not be fetched.", "This computer is offline.", "Go online and try again.");
  }
  return new BushelError(
    "unreachable",
    "The shell could not be fetched.",
    `There was no usable answer from ${new URL(url).origin}: ${said}.`,
    "Check the connection; if the files are on another site than this page, that site must allow it (CORS).",
  );
}
