// A plain file server, as any host is one: a type, a length, and no header
// that a site would have to ask its host for.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import { text } from "node:stream/consumers";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export interface Site {
  /** With a trailing slash. */
  url: string;
  /** Pages of a test's own: path to HTML (or what headers say), with headers if it wants some. */
  pages: Map<string, { html: string | Uint8Array; headers?: Record<string, string> }>;
  /** What browsers have reported that the policy forbids, of pages and of workers. */
  violations: string[];
  close(): Promise<void>;
}

export interface SiteOptions {
  /** Serves all files under this type, as a careless host does. */
  type?: string;
  /** Allows other origins to read, as a CDN does. */
  cors?: boolean;
  /** Sends what makes pages cross-origin isolated. */
  isolated?: boolean;
  /** A content security policy that is sent with everything. */
  policy?: string;
}

/** Serves the files below root on a free port. */
export async function serveSite(root: string, options: SiteOptions = {}): Promise<Site> {
  const pages: Site["pages"] = new Map();
  const base = resolve(root);
  const isolation = options.isolated
    ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
    : {};
  const violations: string[] = [];
  // The second one blocks nothing more, and has the browser report also what workers meet.
  const policy = options.policy
    ? { "content-security-policy": options.policy, "content-security-policy-report-only": `${options.policy}; report-uri /violations` }
    : {};
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname);
    const page = pages.get(path);
    if (page) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...isolation, ...policy, ...page.headers }).end(page.html);
      return;
    }
    if (path === "/violations") {
      void text(request).then((body) => violations.push(body));
      response.writeHead(204).end();
      return;
    }
    if (path === "/favicon.ico") {
      // Browsers ask for it unasked; its absence is no fault of a page.
      response.writeHead(204).end();
      return;
    }
    const file = join(base, path.endsWith("/") ? `${path}index.html` : path);
    const stat = file.startsWith(base + sep) ? statSync(file, { throwIfNoEntry: false }) : undefined;
    if (!stat?.isFile()) {
      response.writeHead(404).end("not found");
      return;
    }
    const script = [".js", ".html", ".css"].includes(extname(file));
    const type = (script ? undefined : options.type) ?? TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, {
      "content-type": type,
      "content-length": stat.size,
      ...isolation,
      ...policy,
      ...(options.cors ? { "access-control-allow-origin": "*" } : {}),
    });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    pages,
    violations,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
