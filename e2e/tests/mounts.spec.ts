// Archives, folders of web servers and overlays, mounted in the page.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "../fixtures.ts";
import { findGuest } from "../guests.ts";

test("archives are mounted like disks", async ({ open }) => {
  const shell = await open();
  const run = await shell.run(`
    mkdir -p t/d z m && echo one > t/d/file && ln -s d/file t/link && ln t/d/file t/hard && chmod 640 t/d/file
    touch -d 2024-05-06T07:08:10Z t/d/file
    tar czf a.tgz -C t . && (cd t && zip -qr ../a.zip d)
    mount a.tgz m && cat m/link m/hard && stat -c '%a %h %Y' m/d/file && echo x > m/new
    umount m && mount a.zip m && cat m/d/file && mount -t zip && umount m
    mount -t tar t/d/file m; mount -t zip t/d/file m; ls m`);
  expect(run.stdout).toBe("one\none\n640 2 1714979290\none\na.zip on /home/user/m type zip (ro)\n");
  expect(run.stderr).toContain("read-only file system");
  expect(run.stderr).toContain("the archive is cut off");
  expect(run.stderr).toContain("no zip archive");
});

/** An archive of one member with holes, as "tar -S --format=gnu" writes it: "head", 5 GiB of nothing, "tail". */
function holes(): Buffer {
  const block = Buffer.alloc(512);
  const numbers = (at: number, ...list: number[]) => list.forEach((n, i) => block.write(`${n.toString(8).padStart(11, "0")}\0`, at + 12 * i));
  const far = 5 * 2 ** 30;
  block.write("sparse\0", 0);
  block.write("0000644\0", 100);
  numbers(124, 8, 1);
  block.write("S", 156);
  block.write("ustar  \0", 257);
  numbers(386, 0, 4, far, 4);
  numbers(483, far + 4);
  return Buffer.concat([sealed(block), Buffer.from("headtail"), Buffer.alloc(504 + 1024)]);
}

test("a file with holes is read where it is in an archive", async ({ open }) => {
  const shell = await open();
  const good = holes();
  const lying = Buffer.from(good);
  lying.write("77", 386 + 21); // the first part is said to be longer than it is
  for (const [name, data] of [["good.tar", good], ["lying.tar", sealed(lying)]] as const) {
    await shell.page.evaluate(([name, data]) => globalThis.shell.fs.writeFile(name, new Uint8Array(data)), [name, [...data]] as const);
  }
  const run = await shell.run(`
    mkdir m && mount good.tar m && stat -c %s m/sparse && head -c 6 m/sparse | od -An -c && tail -c 6 m/sparse | od -An -c && umount m
    mount lying.tar m && cat m/sparse`);
  expect(run.stdout).toBe("5368709124\n   h   e   a   d  \\0  \\0\n  \\0  \\0   t   a   i   l\n");
  expect(run.stderr).toBe("cat: m/sparse: the archive's map of the file's holes does not fit what there is of it\n");
});

/** A header with its checksum made new. */
function sealed(data: Buffer): Buffer {
  data.fill(" ", 148, 156);
  data.write(`${data.subarray(0, 512).reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `, 148);
  return data;
}

test("an overlay keeps what is below", async ({ open }) => {
  const shell = await open();
  const run = await shell.run(`
    mkdir -p low/d up m && echo old > low/d/file && echo away > low/gone
    mount -t overlay -o lower=low,upper=up none m && echo new > m/d/file && rm m/gone && mkdir m/made
    cat low/d/file low/gone m/d/file; ls m; umount low; umount m; ls up; umount /dev; umount /`);
  expect(run.stdout).toBe("old\naway\nnew\nd\nmade\nd\nmade\n");
  expect(run.stderr).toBe(
    "umount: low: nothing is mounted there\n" +
      "umount: /dev: the system needs it: it cannot be unmounted\n" +
      "umount: /: the top of the tree cannot be unmounted\n",
  );
});

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean;

/** A server of files with an index, on an origin of its own. */
async function serveFolder(files: Record<string, Buffer>, answer: Answer, cors = true) {
  const index = { version: 1, files: Object.entries(files).map(([path, data]) => ({ path, size: data.length, mode: "755" })) };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url ?? "").slice(3);
    requests.push(`${name} ${request.headers.range ?? ""}`);
    if (cors) response.setHeader("access-control-allow-origin", "*");
    const data = name === "index.json" ? Buffer.from(JSON.stringify(index)) : files[name];
    if (!data) {
      response.writeHead(404).end();
      return;
    }
    if (name !== "index.json" && answer(request, response, data)) return;
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
    if (range) {
      const part = data.subarray(Number(range[1]), Number(range[2]) + 1);
      response.writeHead(206, { "content-range": `bytes ${range[1]}-${range[2]}/${data.length}`, "content-length": part.length }).end(part);
    } else {
      response.writeHead(200, { "content-length": data.length }).end(data);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/f/`,
    requests,
    files,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const numbers = Buffer.from(Array.from({ length: 400_000 }, (_, i) => `${i}\n`).join(""));
const plain: Answer = () => false;

test("a folder of a web server is mounted like a disk", async ({ open }) => {
  const guest = findGuest("hello-c");
  const web = await serveFolder({ "data/numbers": numbers, "bin/hello.wasm": "bytes" in guest ? Buffer.from(guest.bytes) : Buffer.from("\0asm") }, plain);
  try {
    const shell = await open();
    const run = await shell.run(`mkdir web && mount ${web.url} web && ls web && tail -n 1 web/data/numbers && wc -l < web/data/numbers && mount -t http`);
    expect(run).toEqual({ code: 0, stderr: "", stdout: `bin\ndata\n399999\n400000\n${web.url} on /home/user/web type http (ro)\n` });
    expect(web.requests.length).toBeLessThan(12);
    if ("bytes" in guest) {
      expect((await shell.run("web/bin/hello.wasm")).code).toBe(0);
    }
  } finally {
    web.close();
  }
});

for (const [name, answer, says] of [
  ["a server that breaks off", (_, response, data) => {
    response.writeHead(206, { "content-length": 1 << 20 }).write(data.subarray(0, 1000));
    response.destroy();
    return true;
  }, /web\/n: http:.*f\/n: .*server/],
  ["a server in trouble", (_, response) => Boolean(response.writeHead(500).end()), /answered 500 for http/],
  ["an index that lies", (_, response, data) => Boolean(response.writeHead(200).end(data.subarray(1))), /and the index says 2688890/],
] as [string, Answer, RegExp][]) {
  test(`${name} is an error with a sentence`, async ({ open, expectedErrors }) => {
    expectedErrors.push(/Failed to load resource/);
    const web = await serveFolder({ n: numbers }, answer);
    try {
      const shell = await open();
      const run = await shell.run(`mkdir web && mount ${web.url} web && cat web/n`);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(says);
    } finally {
      web.close();
    }
  });
}

test("a server without ranges, one that forbids, and one that is not there", async ({ open, expectedErrors }) => {
  expectedErrors.push(/Failed to load resource/, /CORS/);
  const whole = await serveFolder({ n: numbers }, (_, response, data) => Boolean(response.writeHead(200).end(data)));
  const closed = await serveFolder({ n: numbers }, plain, false);
  try {
    const shell = await open();
    await shell.run("mkdir web");
    expect((await shell.run(`mount ${whole.url} web && tail -n 1 web/n && umount web`)).stdout).toBe("399999\n");
    expect((await shell.run(`mount ${closed.url} web`)).stderr).toContain("does not allow this page to read it (CORS)");
    expect((await shell.run("mount -t http nothing/here web")).stderr).toContain("answered 404 for nothing/here/index.json");
  } finally {
    whole.close();
    closed.close();
  }
});

test("a server that does not answer keeps nobody else waiting, and Ctrl-C ends who waits", async ({ open }) => {
  const held: ServerResponse[] = [];
  const web = await serveFolder({ n: numbers }, (_, response) => held.push(response) > 0);
  try {
    const shell = await open();
    await shell.run(`mkdir web && mount ${web.url} web`);
    await shell.type("cat web/n\r");
    await expect.poll(() => held.length).toBeGreaterThan(0);
    expect((await shell.run("echo others go on")).stdout).toBe("others go on\n");
    await shell.press("Control+C");
    await shell.type("echo code $?\r");
    await shell.seen("code 130");
  } finally {
    web.close();
  }
});

test("run --dir and --ro show nothing else, to commands and to guests of both kinds", async ({ open }) => {
  const shell = await open();
  await shell.install("about-js", "tour-js", "tour-c");
  const run = await shell.run(`
    mkdir -p /work/sub && echo in > /work/file && echo out > /tmp/secret && ln -s /tmp/secret /work/link && cd /work
    run --ro /work rm file; run --ro /work cat /tmp/secret; run --dir /work:/data sh -c 'cat /data/file /data/link; pwd; ls /; echo new > made'
    cat made; run --dir /work about-js | grep '^cwd'; run --dir /work tour-js > /dev/null && echo toured; run --dir /work:/ tour-c > /dev/null && echo toured`);
  expect(run.stdout).toBe("in\n/data\nbin\ndata\ndev\nnew\ncwd: /work\ntoured\ntoured\n");
  expect(run.stderr).toContain("rm: file: read-only file system");
  expect(run.stderr).toContain("/tmp/secret: no such file or directory");
  expect(run.stderr).toContain("/data/link: no such file or directory");
});
