// Takes the picture of README.md: make screenshot.
import { fileURLToPath } from "node:url";
import { expect, test } from "../fixtures.ts";

test.use({ viewport: { width: 900, height: 480 }, deviceScaleFactor: 2, colorScheme: "dark" });

test("docs/shell.png", async ({ open }) => {
  const shell = await open();
  await shell.install("lua", "hello-c", "hello-rust", "gojq-go");
  const lines = [
    "ls bin",
    "hello-rust && hello-c | tr a-z A-Z",
    "seq 3 | lua -e 'for l in io.lines() do print(l * l) end'",
    `echo '{"engine": "wazero", "pages": [1, 2, 3]}' | gojq-go -c .pages`,
    "for f in bin/*.wasm; do sha256sum $f; done | cut -c 1-40",
  ];
  for (const line of lines) {
    await shell.type(line);
    await shell.press("Enter");
    await shell.seen(line.slice(0, 20));
    await expect.poll(() => shell.state()).toBe("ready");
  }
  await shell.page.screenshot({ path: fileURLToPath(new URL("../../docs/shell.png", import.meta.url)) });
});
