// Fetches and compiles a module of ours, with progress.

/**
 * Fetches and compiles the module at url. The type that the server gives it does
 * not matter. progress gets bytes; total is 0 where the server does not say.
 */
export async function fetchModule(url: string, progress?: (loaded: number, total: number) => void): Promise<WebAssembly.Module> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`${url} cannot be fetched: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!response.ok || !response.body) throw new Error(`${url} cannot be fetched: the server answers ${response.status}`);
  let loaded = 0;
  // A server that compresses tells the length of what it sends, not of the module.
  const total = response.headers.get("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        loaded += chunk.length;
        progress?.(loaded, Math.max(loaded, total));
        controller.enqueue(chunk);
      },
    }),
  );
  return WebAssembly.compileStreaming(new Response(counted, { headers: { "content-type": "application/wasm" } }));
}
