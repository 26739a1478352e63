// A plain file server on a free port: several folders, types, no other header unless pages are to be isolated.
import { createServer } from "node:http";
import { readFileSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml" };

/**
 * Serves each folder below its name, and each of files at its path.
 *
 * @param {Record<string, string>} folders
 * @param {Map<string, Buffer>} files
 * @param {{isolated?: boolean, cached?: boolean}} options whether pages are to be cross-origin isolated, and files may be kept
 * @returns {Promise<{url: string, requests: string[], close(): void}>} with the paths that were asked for
 */
export async function serve(folders, files, { isolated = false, cached = false } = {}) {
  const isolation = isolated ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" } : {};
  const caching = cached ? { "cache-control": "max-age=3600" } : {};
  const requests = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://site").pathname);
    requests.push(path);
    const [, name, ...rest] = path.split("/");
    const file = folders[name] && join(folders[name], ...(path.endsWith("/") ? [...rest, "index.html"] : rest));
    let body = files.get(path);
    if (!body && file?.startsWith(folders[name] + sep) && statSync(file, { throwIfNoEntry: false })?.isFile()) body = readFileSync(file);
    if (!body) return response.writeHead(404).end("not found");
    response.writeHead(200, { "content-type": TYPES[extname(file ?? path)] ?? "application/octet-stream", "content-length": body.length, ...isolation, ...caching }).end(body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    requests,
    url: `http://localhost:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
