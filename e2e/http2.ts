// A server of HTTP/2, with a certificate that it makes itself.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Counter {
  url: string;
  /** How many bytes of a body have come. */
  size: number;
  close(): Promise<void>;
}

/** Serves on a free port: it counts what it is sent, and answers with that when it has all. */
export async function serveHTTP2(): Promise<Counter> {
  const dir = mkdtempSync(join(tmpdir(), "http2-"));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", join(dir, "key"), "-out", join(dir, "cert")], { stdio: "ignore" });
  const server = createSecureServer({ key: readFileSync(join(dir, "key")), cert: readFileSync(join(dir, "cert")) });
  rmSync(dir, { recursive: true });
  const counter: Counter = { url: "", size: 0, close: () => new Promise((done) => { for (const s of sessions) s.destroy(); server.close(() => done()); }) };
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (stream, headers) => {
    const cors = {
      "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*",
      "timing-allow-origin": "*",
    };
    if (headers[":method"] !== "POST") {
      stream.respond({ ":status": 204, ...cors }, { endStream: true });
      return;
    }
    stream.on("data", (data: Buffer) => (counter.size += data.length));
    stream.on("end", () => {
      stream.respond({ ":status": 200, ...cors });
      stream.end(`${counter.size} bytes`);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  counter.url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  return counter;
}
