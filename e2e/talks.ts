// What a program says by a WebSocket to the server of echo.ts, and what comes of it, in every
// browser.

export interface Talk {
  name: string;
  /** The arguments of examples/go/socket behind the server's address. */
  path: string;
  stdin: string;
  out: RegExp;
  /** How the server saw it closed. */
  closed?: string;
}

export const talks: readonly Talk[] = [
  {
    name: "a protocol, texts and bytes, and a reason to close",
    path: "/ none chat",
    stdin: "one\nGrüße\n/bytes 3000000\n/bytes 0\n/close 4000 done\n",
    out: /^open chat\ntext one\ntext Grüße\n3000000 bytes\n0 bytes\nclosed 4000 done clean true\n$/,
    closed: "4000 done",
  },
  { name: "a large message", path: "/", stdin: "/bytes 12000000\n", out: /^open \n12000000 bytes\nclosed 100\d  clean true\n$/ },
  { name: "the server closes", path: "/", stdin: "one\nbye\n", out: /^open \ntext one\nclosed 4321 enough clean true\n$/ },
  { name: "the connection breaks", path: "/break", stdin: "one\n", out: /^open \n.*the connection broke.*\nclosed 1006 .*clean false\n$/ },
];

/** So many messages of so many bytes are more than a system holds for a server that does not read. */
export const POUR = { size: 1_000_000, times: 64 };
