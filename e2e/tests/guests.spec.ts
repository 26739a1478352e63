// Guests: each on both engines, with equal outcomes.
import { expect, onBothEngines, test } from "../fixtures.ts";

for (const language of ["c", "go", "js", "rust", "zig", "as"]) {
  onBothEngines(`hello in ${language} prints and exits`, async (shell) => {
    await shell.install(`hello-${language}`);
    const result = await shell.run(`hello-${language}`);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(/hello/i);
    return result;
  });
}

for (const language of ["c", "go", "js"]) {
  onBothEngines(`about in ${language} sees arguments, environment and folder`, async (shell) => {
    await shell.install(`about-${language}`);
    await shell.run("mkdir -p '/tmp/some where'");
    const result = await shell.run(`about-${language} one 'two words' ''`, { cwd: "/tmp/some where", env: { COLOUR: "blue ü" } });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("arg 2: [two words]\narg 3: []\n");
    expect(result.stdout).toContain("env: COLOUR=blue ü\n");
    return result.stdout.replace(/^env: BUSHEL_ENGINE=.*\n/m, "");
  });

  onBothEngines(`tour in ${language} walks the file system`, async (shell) => {
    await shell.install(`tour-${language}`);
    await shell.run("mkdir -p /tmp/tour");
    const result = await shell.run(`tour-${language} /tmp/tour`);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    return result;
  });

  onBothEngines(`ask in ${language} reads a pipe`, async (shell) => {
    await shell.install(`ask-${language}`);
    const result = await shell.run(`ask-${language}`, { stdin: "Ada\nGrace\nquit\nnobody\n" });
    expect(result).toMatchObject({ code: 0 });
    expect(result.stdout).toContain("Hello, Grace!\n");
    expect(result.stdout).not.toContain("nobody");
    return result;
  });

  onBothEngines(`ask in ${language} reads the keyboard`, async (shell) => {
    await shell.install(`ask-${language}`);
    await shell.type(`ask-${language}\n`);
    await shell.seen(/name\? $/);
    await shell.type("Ada\n");
    await shell.seen("Hello, Ada!\nname? ");
    await shell.press("Control+D");
    await shell.seen(/greeted 1\n.*\$ $/);
    await expect.poll(() => shell.state()).toBe("ready");
    return (await shell.screen()).replace(/^.*\$ .*$/gm, "");
  });
}

onBothEngines("exit codes are the guest's", async (shell) => {
  await shell.install("status-c");
  const codes = [];
  for (const code of [0, 1, 42, 255]) codes.push((await shell.run(`status-c ${code}`)).code);
  expect(codes).toEqual([0, 1, 42, 255]);
  expect((await shell.run("status-c 3 || echo or; status-c 0 && echo and")).stdout).toBe("or\nand\n");
});

onBothEngines("guests and commands stand in a pipeline", async (shell) => {
  await shell.install("cat-c", "hello-c");
  const result = await shell.run("seq 1000 | cat-c | grep 7 | cat-c | wc -l; hello-c | cat-c | tr a-z A-Z");
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(result.stdout).toMatch(/^\s*271\nHELLO/);
  return result;
});

onBothEngines("a guest that floods ends with its reader", async (shell) => {
  await shell.install("flood-c");
  const result = await shell.run("flood-c | head -2");
  expect(result.code).toBe(0);
  expect(result.stdout.split("\n")).toHaveLength(3);
  return result;
});

onBothEngines("a guest sleeps, and wakes for input", async (shell) => {
  await shell.install("nap-c");
  const slept = await shell.run("nap-c 50");
  expect(slept).toMatchObject({ code: 0, stdout: "slept\n" });
  const woken = await shell.run("echo hello | nap-c 20000 listen");
  expect(woken).toMatchObject({ code: 0, stdout: "input: 6 bytes\n" });
  return [slept, woken];
});

onBothEngines("Ctrl-C ends a guest that spins without a call", async (shell) => {
  await shell.install("spin-c");
  await shell.type("spin-c\n");
  await shell.seen(/^spinning$/m);
  await shell.press("Control+C");
  await expect.poll(() => shell.state()).toBe("ready");
  await shell.type("echo code $?\n");
  await shell.seen("code 130");
});

onBothEngines("gojq reads a pipe", async (shell) => {
  await shell.install("gojq-go");
  const result = await shell.run(`echo '{"a":[1,2,{"b":"ü"}]}' | gojq-go -c '.a | map(.b? // .)'`);
  expect(result).toEqual({ code: 0, stdout: '[1,2,"ü"]\n', stderr: "" });
});

onBothEngines("gojq for js reads a pipe", async (shell) => {
  await shell.install("gojq-js");
  const result = await shell.run(`echo '{"a":[1,2,{"b":"ü"}]}' | gojq-js -c '.a | map(.b? // .)'`);
  expect(result).toEqual({ code: 0, stdout: '[1,2,"ü"]\n', stderr: "" });
});

onBothEngines("Lua talks on the terminal", async (shell) => {
  await shell.install("lua");
  const result = await shell.run("lua -", { stdin: "for i = 1, 3 do print(i, i * i) end os.exit(4)" });
  expect(result).toEqual({ code: 4, stdout: "1\t1\n2\t4\n3\t9\n", stderr: "" });
  await shell.type("lua\n");
  await shell.seen(/> $/);
  await shell.type("print('sum', 40 + 2)\n");
  await shell.seen(/^sum\t42|^sum\s+42/m);
  await shell.press("Control+D");
  await expect.poll(() => shell.state()).toBe("ready");
});

test("esbuild bundles a file of the page", async ({ open }) => {
  const shell = await open("browser");
  await shell.install("esbuild");
  await shell.write("src/main.ts", 'import { name } from "./name"; const greeting: string = `hello ${name}`; console.log(greeting);');
  await shell.write("src/name.ts", 'export const name = "bundle";');
  const result = await shell.run("esbuild --bundle src/main.ts --outfile=out.js && cat out.js", { timeout: 50_000 });
  expect(result.code).toBe(0);
  expect(result.stdout).toContain("bundle");
});

test.describe("while a part of the shell cannot be fetched", () => {
  test.use({ expectedErrors: [/status of 503/] });
  test("what runs programs is fetched again by the next one, if it did not come", async ({ open, context }) => {
    let down = true;
    await context.route(/\/(process|interp)\.wasm$/, (route) => (down ? route.fulfill({ status: 503, body: "" }) : route.continue()));
    const shell = await open();
    await shell.install("hello-c");
    expect(await shell.run("hello-c; hello-c | cat")).toMatchObject({ code: 0, stdout: "", stderr: expect.stringMatching(/^(hello-c: .*503.*\n){2}$/) });
    expect(await shell.run("hello-c")).toMatchObject({ code: 126, stdout: "" });
    down = false;
    expect(await shell.run("hello-c; hello-c | cat")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^(hello.*\n){2}$/i), stderr: "" });
  });
});

test("in a browser whose engine cannot wait, wazero runs what asks for no engine", async ({ open, context }) => {
  await context.route(/\/(kernel|process)-worker\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete WebAssembly.Suspending; delete WebAssembly.promising; ${await response.text()}` });
  });
  const shell = await open();
  await shell.install("hello-c", "hello-js", "cat-c");
  const all = await shell.run("hello-c; hello-js; (until test -e go; do sleep 0.02; done; echo late) | cat-c & touch go; wait", { timeout: 60_000 });
  expect(all).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^hello.*\nhello.*\nlate\n$/i) });
  expect((await shell.run("dmesg")).stdout).toContain("program=hello-c engine=wazero");
  expect(await shell.run("run --engine=browser bin/hello-c.wasm")).toEqual({
    code: 126, stdout: "", stderr: "bin/hello-c.wasm: cannot run on this browser's engine, which cannot let it wait: wazero can run it\n",
  });
});
