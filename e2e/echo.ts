// A server on an origin of its own, with what the programs of the tests ask for: HTTP and
// WebSockets.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
// @ts-expect-error: it brings no types
import { WebSocketServer } from "ws";

/** What is used of a socket of the package ws. */
interface Socket {
  protocol: string;
  on(event: "message", listener: (data: Buffer, binary: boolean) => void): void;
  on(event: "close", listener: (code: number, reason: Buffer) => void): void;
  send(data: Buffer | string, options: { binary: boolean }, sent?: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  pause(): void;
  resume(): void;
  terminate(): void;
}

export interface Echo {
  http: string;
  ws: string;
  /** Requests that hang, and how many of them their callers have left. */
  hanging: { begun: number; left: number };
  /** How sockets were closed by their callers: code and reason. */
  closed: string[];
  /** Bytes that /flood has got rid of, of FLOOD. */
  flooded: number;
  /** Sockets of /hold, which read nothing until each is told to go on, and the bytes they then get. */
  held: { count: number; go(): void; bytes: number };
  /** Forgets what has been counted. */
  forget(): void;
  close(): Promise<void>;
}

export const BIG = 5 * 2 ** 20;
export const FLOOD = 256 * 2 ** 20;

/** Serves on a free port; without cors pages of other origins may not read its answers. */
export async function serveEcho(cors = true): Promise<Echo> {
  const hanging = { begun: 0, left: 0 };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://echo");
    if (cors) {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "*");
      response.setHeader("access-control-allow-methods", "*");
      response.setHeader("access-control-expose-headers", "x-told");
    }
    if (request.method === "OPTIONS") {
      response.writeHead(204).end();
      return;
    }
    switch (pathname) {
      case "/hello":
        response.setHeader("x-told", request.headers["x-asked"] ?? "");
        response.end(`${request.method} hello`);
        return;
      case "/moved":
        response.writeHead(302, { location: "/hello" }).end();
        return;
      case "/big":
        response.end(Buffer.alloc(BIG));
        return;
      case "/count": {
        let size = 0;
        request.on("data", (data: Buffer) => (size += data.length));
        request.on("end", () => response.end(`${size} bytes`));
        return;
      }
      case "/broken":
        response.writeHead(200, { "content-length": 100 });
        response.write("some", () => request.socket.destroy());
        return;
      case "/hang":
        response.write("begun\n");
        hanging.begun++;
        response.on("close", () => hanging.left++);
        return;
    }
    response.writeHead(404).end("nothing here");
  });
  const waiting: Socket[] = [];
  const echo: Echo = {
    http: "", ws: "", hanging, closed: [], flooded: 0,
    held: { count: 0, go: () => waiting.splice(0).forEach((socket) => socket.resume()), bytes: 0 },
    forget: () => {
      echo.closed.length = echo.flooded = echo.held.count = echo.held.bytes = 0;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
        for (const socket of sockets.clients) socket.terminate();
      }),
  };
  const sockets = new WebSocketServer({ server, handleProtocols: (names: Set<string>) => (names.has("chat") ? "chat" : false) }) as {
    clients: Set<Socket>;
    on(event: "connection", listener: (socket: Socket, request: { url: string }) => void): void;
  };
  sockets.on("connection", (socket, { url }) => {
    socket.on("close", (code, reason) => echo.closed.push(`${code} ${reason}`.trimEnd()));
    if (url === "/flood") {
      const piece = Buffer.alloc(64 * 1024);
      const more = (error?: Error): void => {
        if (error || echo.flooded >= FLOOD) return;
        echo.flooded += piece.length;
        socket.send(piece, { binary: true }, more);
      };
      more();
      return;
    }
    if (url === "/sink") return;
    if (url === "/hold") {
      socket.pause();
      waiting.push(socket);
      echo.held.count++;
      socket.on("message", (data) => (echo.held.bytes += data.length));
      return;
    }
    socket.on("message", (data, binary) => {
      if (data.toString("latin1", 0, 3) === "bye") socket.close(4321, "enough");
      else if (url === "/break") socket.terminate();
      else socket.send(data, { binary: binary && url !== "/text" });
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  echo.http = `http://localhost:${port}`;
  echo.ws = `ws://localhost:${port}`;
  return echo;
}
