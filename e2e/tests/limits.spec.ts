// Limits: each is met by a guest on either engine, and says its name, its value and
// the way to raise it.
import { type Engine, expect, onBothEngines, type Ran, test } from "../fixtures.ts";

const SLOW: Ran = { code: 152, stdout: "spinning\n", stderr: "spin-c: processor time limit of 1s reached (raise it with ulimit -t)\n" };

const LUA_OPENS = `for i = 1, 50 do
  local f, why = io.open("/tmp/open" .. i, "w")
  if not f then print(i, why) os.exit(3) end
  files = files or {} files[i] = f
end`;

const LIMITS: { name: string; guests?: string[]; files?: Record<string, string>; line: string; ran: Partial<Ran> | RegExp }[] = [
  {
    name: "memory",
    guests: ["hog-c"],
    line: "ulimit -v 16384; hog-c",
    ran: /^1: hog: out of memory after 1\d MiB\nhog-c: ended with (15|16|15\d\d\d) [MK]iB of memory; the limit is 16 MiB \(raise it with ulimit -v\)\n$/,
  },
  {
    name: "memory from the start",
    guests: ["hog-c"],
    line: "ulimit -v 64; hog-c",
    ran: { code: 126, stderr: "hog-c: needs 128 KiB of memory, and 64 KiB is the limit (raise it with ulimit -v)\n" },
  },
  { name: "processor time", guests: ["spin-c"], line: "ulimit -t 1; spin-c", ran: SLOW },
  {
    name: "open files",
    guests: ["lua"],
    files: { "opens.lua": LUA_OPENS },
    line: "ulimit -n 20; lua opens.lua",
    ran: /^3: lua: limit of 20 open files reached \(raise it with ulimit -n\)\n$/,
  },
  {
    name: "output",
    guests: ["flood-c"],
    line: "ulimit -o 64; flood-c > /tmp/flood; code=$?; wc -c < /tmp/flood; exit $code",
    ran: { code: 153, stdout: "65536\n", stderr: "flood-c: output limit of 64 KiB reached (raise it with ulimit -o)\n" },
  },
  {
    name: "a file's size",
    guests: ["flood-c"],
    line: "ulimit -f 100; flood-c > /tmp/big; code=$?; wc -c < /tmp/big; exit $code",
    ran: { code: 153, stdout: "102400\n", stderr: "flood-c: file size limit of 100 KiB reached (raise it with ulimit -f)\n" },
  },
  {
    name: "processes",
    line: "ulimit -u 12; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do sleep 9 & done; kill $(jobs -p)",
    ran: /limit of 12 processes reached \(raise it with ulimit -u\)/,
  },
  {
    name: "a pipe's bytes",
    guests: ["flood-c"],
    line: "ulimit -p 8; { head -c 4096 /dev/zero && echo 4096 >&2 && head -c 1 /dev/zero && echo 4097 >&2; } | sleep 0.5",
    ran: { code: 0, stderr: "4096\n" },
  },
];

for (const { name, guests = [], files = {}, line, ran } of LIMITS) {
  onBothEngines(`the limit of ${name} is met`, async (shell) => {
    await shell.install(...guests);
    for (const [path, text] of Object.entries(files)) await shell.write(path, text);
    const got = await shell.run(line, { timeout: 40_000 });
    if (ran instanceof RegExp) expect(`${got.code}: ${got.stderr}`).toMatch(ran);
    else expect(got).toMatchObject(ran);
    await leavesNothing(shell);
    return got.code;
  });
}

/** The page's own process and the shell of its terminal are all there is. */
async function leavesNothing(shell: { run(line: string): Promise<Ran> }): Promise<void> {
  await expect.poll(async () => (await shell.run("ps -e -o comm= | sort")).stdout).toMatch(/^(init|ps|sh|sort|-?sh\S*|\s)*$/);
}

const COUNTED = "spin-c: limit of 1000000 instructions reached (raise it with ulimit -i)\n";
const WHY: Record<Engine, string> = { browser: "spin-c: the browser's engine counts no instructions; running on wazero\n", wazero: "" };

onBothEngines("the limit of instructions is met, on wazero", async (shell, engine) => {
  await shell.install("spin-c", "primes-c");
  const counted = await shell.run("ulimit -i 1000000; spin-c");
  expect(counted).toEqual({ code: 152, stdout: "spinning\n", stderr: WHY[engine] + COUNTED });
  // Told once; and a program that needs less does not meet it.
  expect(await shell.run("ulimit -i 1000000; spin-c")).toEqual({ code: 152, stdout: "spinning\n", stderr: COUNTED });
  return (await shell.run("ulimit -i 100000000; primes-c 100 2>/dev/null")).stdout;
});

test("the element's limits are those of all that it starts, and run's go beyond them", async ({ open }) => {
  const { page } = await open();
  const outcome = await page.evaluate(async () => {
    const element = document.createElement("bushel-shell") as typeof shell;
    element.limits = "files=77 memory=64M cpu=10s";
    document.body.append(element);
    await element.ready;
    await element.type("ulimit -n; ulimit -v; ulimit -t\n");
    const text = async (options?: object) => (await element.run("ulimit -n; ulimit -v; ulimit -t; ulimit -o", options)).stdout;
    const outcome = {
      own: await text(),
      run: await text({ limits: { files: 33, output: "1M" } }),
      list: await text({ limits: "cpu=3s" }),
      wrong: await text({ limits: "speed=9" }).catch((error) => String(error)),
    };
    return outcome;
  });
  expect(outcome).toEqual({
    own: "77\n65536\n10\nunlimited\n",
    run: "33\n65536\n10\n1024\n",
    list: "77\n65536\n3\nunlimited\n",
    wrong: expect.stringContaining(`"speed" is no limit`),
  });
  await expect.poll(() => page.evaluate(() => (document.querySelectorAll("bushel-shell")[1] as typeof shell).screen())).toContain("77\n65536\n10");
});

test("limits that make no sense keep the shell from starting, and say why", async ({ open }) => {
  const { page } = await open();
  const error = await page.evaluate(async () => {
    const element = document.createElement("bushel-shell") as typeof shell;
    element.limits = "memory=lots";
    document.body.append(element);
    const { code, message, cause, cure } = await element.ready.then(() => ({}), (error) => error);
    const { state } = element;
    element.limits = "memory=64M";
    element.start();
    await element.ready;
    return { code, message, cause, cure, state };
  });
  expect(error).toEqual({
    code: "limits",
    message: "The shell's limits make no sense.",
    cause: '"lots" is no amount: limits are written as in memory=64M',
    cure: "Correct the element's limits attribute.",
    state: "error",
  });
});
