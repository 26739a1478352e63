// A package that says how many processes may serve it: as many as are called at once, up to that.
import { expect, onBothEngines, type ShellPage } from "../fixtures.ts";

interface Package {
  name: string;
  open: number;
  pids?: number[];
}

async function find(shell: ShellPage, name: string): Promise<Package> {
  const list = JSON.parse((await shell.run("bus ls --json")).stdout) as Package[];
  return list.find((pkg) => pkg.name === name)!;
}

/** Makes bare a package that serves so many calls at a time, by so many instances. */
async function declare(shell: ShellPage, name: string, limit: string, instances: number): Promise<void> {
  await shell.install("bare-c");
  await shell.run("ln -s ~/bin/bare-c.wasm /bin/bare.wasm");
  await shell.write(`/etc/bus.d/${name}.json`, JSON.stringify({ name, module: "/bin/bare.wasm", args: [limit], instances }));
}

/** Starts a caller that has one call answered, holds one that is not, and makes another beside it; then it waits for a file. */
function hold(shell: ShellPage, name: string, id: string): Promise<unknown> {
  return shell.run(`until test -e /tmp/over; do sleep 0.02; done | bare.wasm beside ${name} hold > /tmp/${id}`);
}

async function prints(shell: ShellPage, id: string, text: string): Promise<void> {
  await expect.poll(async () => (await shell.run(`cat /tmp/${id} 2>/dev/null`)).stdout, `${id} prints`).toBe(text);
}

const BESIDE = "first: one\nbeside: another\n";

onBothEngines("three instances of one call at a time", async (shell) => {
  await declare(shell, "trio", "1", 3);
  const callers = [hold(shell, "trio", "a")];
  await prints(shell, "a", BESIDE);
  callers.push(hold(shell, "trio", "b"));
  await prints(shell, "b", BESIDE);
  const { pids } = await find(shell, "trio");
  expect(pids).toHaveLength(3);

  // The third holds the last of them: what it calls beside that waits.
  callers.push(hold(shell, "trio", "c"));
  await expect.poll(async () => (await find(shell, "trio")).open, "one waits").toBe(4);
  await prints(shell, "c", "first: one\n");
  expect((await find(shell, "trio")).pids).toEqual(pids);

  // The one that dies, with the first call, is replaced.
  await shell.run(`kill -9 ${pids![0]}`);
  await prints(shell, "c", BESIDE);
  const now = (await find(shell, "trio")).pids!;
  expect(now).toHaveLength(3);
  expect(now).toEqual(expect.arrayContaining(pids!.slice(1)));
  expect(now).not.toContain(pids![0]);

  await shell.run("touch /tmp/over");
  await Promise.all(callers);
  await prints(shell, "a", `${BESIDE}held: error 14\n`);
  await prints(shell, "b", `${BESIDE}held: error 1\n`);
  await prints(shell, "c", `${BESIDE}held: error 1\n`);
  await expect.poll(async () => (await find(shell, "trio")).open, "nothing is open").toBe(0);
});

onBothEngines("two instances of any number of calls share them", async (shell) => {
  await declare(shell, "pair", "0", 2);
  const callers = ["a", "b", "c"].map((id) => hold(shell, "pair", id));
  for (const id of ["a", "b", "c"]) await prints(shell, id, BESIDE);
  expect(await find(shell, "pair")).toMatchObject({ open: 3, pids: [expect.any(Number), expect.any(Number)] });
  await shell.run("touch /tmp/over");
  await Promise.all(callers);
  for (const id of ["a", "b", "c"]) await prints(shell, id, `${BESIDE}held: error 1\n`);
});
