// The body of a request streams to a server that speaks HTTP/2.
import { spawnSync } from "node:child_process";
import { expect, test } from "../fixtures.ts";
import { serveHTTP2 } from "../http2.ts";

test.use({ ignoreHTTPSErrors: true });

test.skip(spawnSync("openssl", ["version"]).error !== undefined, "openssl, which makes the certificate, is missing");

test("a body streams to a server of HTTP/2", async ({ open }) => {
  const counter = await serveHTTP2();
  try {
    const shell = await open("browser");
    await shell.install("get-go");
    // The rest of the body comes when the server has its beginning.
    const run = shell.run(`(head -c 300000 /dev/zero; until test -e go; do sleep 0.02; done; echo end) | get-go -X POST -d ${counter.url}`);
    await expect.poll(() => counter.size).toBe(300_000);
    await shell.run("touch go");
    expect(await run).toEqual({ code: 0, stdout: "300004 bytes", stderr: "200 \n" });
  } finally {
    await counter.close();
  }
});
