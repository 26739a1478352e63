// The conformance tests of WASI preview 1 (kernel/abi/wasi/conformance), in the page.
import { expect, onBothEngines } from "../fixtures.ts";

onBothEngines("every function of preview 1 does what the WASI document says", async (shell) => {
  await shell.install("conformance");
  const result = await shell.run(
    "mkdir -p /tmp/w /tmp/ro && echo text >/tmp/ro/file && cd bin && " +
      "CONFORMANCE='a b=c' PATH=. run --dir /tmp/w:w --ro /tmp/ro:ro --dir /dev/tcp/localhost:tcp --listen 7000 conformance one 'two words' </dev/null",
  );
  const lines = result.stdout.split("\n");
  expect(lines.filter((line) => line.startsWith("not ok"))).toEqual([]);
  expect(lines.length).toBeGreaterThan(500);
  expect(result).toMatchObject({ code: 0, stderr: "" });
  return result;
});
