// What trace tells of guests: everything, though their workers answer much by themselves.
import { expect, onBothEngines, test } from "../fixtures.ts";

onBothEngines("each call of a guest is traced", async (shell) => {
  await shell.install("cat-c");
  await shell.run("echo some text >f");
  // The second time, the worker would know the file.
  const { code, stdout, stderr } = await shell.run("trace -e open,read,write,close -o t sh -c 'true'; trace -o t cat-c f f; sed 's/^ *[0-9.]* \\[[0-9]*\\] //; s/ <[0-9.]*>$//' t | grep -E '^(open|pread|read|write|exit)'");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const calls = stdout.split("\n");
  expect(calls.slice(0, 2)).toEqual(["some text", "some text"]);
  expect(calls.filter((call) => call.startsWith("open("))).toEqual([expect.stringMatching(/^open\(.*"f", O_RDONLY.*\) = \d+$/), expect.stringMatching(/"f"/)]);
  expect(calls.filter((call) => call.includes('"some text\\n"')).length).toBeGreaterThanOrEqual(4);
  expect(calls.filter((call) => call.startsWith("exit("))).toEqual(["exit(0) = ?"]);
  return stdout;
});

test("a pipe between two guests that are traced stays in the kernel", async ({ open }) => {
  const shell = await open("browser");
  await shell.install("cat-c");
  await shell.run("head -c 600000 /dev/zero >f");
  const { stdout, stderr } = await shell.run("trace -f -e read,write,pipejoin -o t sh -c 'cat-c f | cat-c | wc -c'; grep -c 'write(1, .*= [0-9]' t; grep -c pipejoin t");
  expect(stderr).toBe("");
  const [bytes, writes] = stdout.split("\n").map(Number);
  expect(bytes).toBe(600_000);
  expect(writes).toBeGreaterThan(10);
});

test("a guest that runs is traced, and a file for Perfetto is written", async ({ open }) => {
  const shell = await open("browser");
  await shell.install("cat-c");
  const run = shell.run("(while echo x; do sleep 0.02; done) | cat-c >/dev/null & trace -p $! -e read --chrome t.json 2>lines & until grep -q 'read(0, ' lines 2>/dev/null; do sleep 0.02; done; kill %2; wait %2; kill %1; cat t.json");
  const { stdout } = await run;
  const { traceEvents } = JSON.parse(stdout) as { traceEvents: { name: string; ph: string; ts: number; dur: number }[] };
  const reads = traceEvents.filter(({ name }) => name === "read");
  expect(reads.length).toBeGreaterThan(0);
  for (const { ph, ts, dur } of reads) expect({ ph, positive: ts >= 0 && dur >= 0 }).toEqual({ ph: "X", positive: true });
});
