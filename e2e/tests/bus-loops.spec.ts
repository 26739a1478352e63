// Packages that compute for ever, in answer to a call or before they serve anything: ps and the limit of
// processor time see it, who calls has its deadline, and once it is ended the next call is for a new one.
import { hex, methodID } from "../../web/ts/buswire.ts";
import { expect, onBothEngines, type ShellPage } from "../fixtures.ts";

const GO = [methodID("loop/1.Loop"), methodID("loop/1.Echo")].map(hex).join(" ");
const packages: { guest: string; name: string; ids: string }[] = [
  { guest: "rogue-c", name: "rogue", ids: "" },
  { guest: "old-rogue-c", name: "old-rogue", ids: [methodID("loop"), methodID("echo")].map(hex).join(" ") },
  { guest: "loop-go", name: "loop", ids: GO },
  { guest: "loop-js", name: "loop", ids: GO },
];

/** Makes the guest a package, and bare its caller and another package. */
async function prepare(shell: ShellPage, guest: string, name: string): Promise<void> {
  await shell.install(guest, "bare-c");
  await shell.run(`ln -s ~/bin/${guest}.wasm /bin/${name}.wasm; ln -s ~/bin/bare-c.wasm /bin/bare.wasm`);
}

/** The process that serves a package, when there is one. */
async function serves(shell: ShellPage, name: string): Promise<number> {
  let pid: number | undefined;
  await expect
    .poll(async () => {
      const list = JSON.parse((await shell.run("bus ls --json")).stdout) as { name: string; pids?: number[] }[];
      return (pid = list.find((pkg) => pkg.name === name)?.pids?.[0]);
    }, `somebody serves ${name}`)
    .toBeTruthy();
  return pid!;
}

/** Waits until ps has the process in a state. */
async function isIn(shell: ShellPage, pid: number, state: string): Promise<void> {
  await expect.poll(async () => (await shell.run(`ps -o stat= -p ${pid}`)).stdout.trim(), `${pid} is ${state}`).toBe(state);
}

async function computes(shell: ShellPage, name: string): Promise<number> {
  const pid = await serves(shell, name);
  await isIn(shell, pid, "R");
  await expect.poll(async () => (await shell.run(`ps -o time= -p ${pid}`)).stdout.trim(), "its time counts").not.toMatch(/^[0:.]*$/);
  await isIn(shell, pid, "R");
  expect(await shell.run("bare.wasm echo")).toEqual({ code: 0, stdout: "echo: \nthe next: anew\n", stderr: "" });
  return pid;
}

for (const { guest, name, ids } of packages) {
  onBothEngines(`${guest} computes for ever in answer to a call`, async (shell) => {
    await prepare(shell, guest, name);
    const ended = "behind it: error 4\nloop: error 14\nthe next: anew\n";
    const caller = shell.run(`bare.wasm loop ${name} ${ids}`);
    const pid = await computes(shell, name);
    await shell.run(`kill -9 ${pid}`);
    expect(await caller).toEqual({ code: 0, stdout: ended, stderr: "" });
    const next = await serves(shell, name);
    expect(next).not.toBe(pid);
    await isIn(shell, next, "S");

    // One that the user runs, with a limit.
    await shell.run(`kill -9 ${next}`);
    const server = shell.run(`ulimit -t 2; ${name}.wasm`);
    await serves(shell, name);
    expect(await shell.run(`bare.wasm loop ${name} ${ids}`)).toEqual({ code: 0, stdout: ended, stderr: "" });
    const reached = `${name}.wasm: processor time limit of 2s reached (raise it with ulimit -t)\n`;
    expect(await server).toEqual({ code: 152, stdout: "", stderr: reached });
  });
}

for (const guest of ["loop-go", "loop-js"]) {
  onBothEngines(`${guest} computes for ever before it serves anything`, async (shell) => {
    await prepare(shell, guest, "loop");
    await shell.write("/etc/bus.d/deaf.json", JSON.stringify({ name: "deaf", module: "/bin/loop.wasm", args: ["start"] }));
    const late = await shell.page.evaluate(() => globalThis.shell.bus.call("deaf", "loop/1.Echo", undefined, { timeout: 300 }).catch((e: { code: string }) => e.code));
    expect(late).toBe("deadline_exceeded");
    const waiting = shell.run("bus call deaf loop/1.Echo");
    const pid = await computes(shell, "deaf");
    expect(await shell.run("bus call -t 1 deaf loop/1.Echo")).toMatchObject({ code: 1, stderr: expect.stringContaining("deadline_exceeded") });
    await shell.run(`kill -9 ${pid}`);
    expect(await waiting).toMatchObject({ code: 1, stderr: expect.stringContaining("unavailable: the package deaf ended before it listened on the bus") });
    const again = shell.run("bus call deaf loop/1.Echo");
    const next = await serves(shell, "deaf");
    expect(next).not.toBe(pid);
    await shell.run(`kill -9 ${next}`);
    expect((await again).code).toBe(1);
  });
}
