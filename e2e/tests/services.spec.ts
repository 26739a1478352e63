// The services log and fs of the package os, as programs use them.
import { expect, onBothEngines, test } from "../fixtures.ts";

onBothEngines("what programs log is in the log, by level, program and call", async (shell) => {
  test.slow();
  await shell.install("system-go");
  const follower = await shell.page.evaluate(async () => (await globalThis.shell.spawn("log -f -l warn -m system-go >/tmp/followed")).pid);
  const out = await shell.run(`
    system-go log info begun step=1; system-go log warn late step=2 by='a second'; system-go log error broken
    system-go log debug detail
    until grep -q broken /tmp/followed; do sleep 0.02; done
    log --keep warn; system-go log info unheard; log --keep debug`);
  expect(out).toEqual({ code: 0, stdout: "nothing below WARN is kept\n", stderr: "" });
  const texts = async (line: string) =>
    (await shell.run(line)).stdout.trim().split("\n").map((entry) => JSON.parse(entry) as { level: string; text: string; module: string; pid: number; call: number })
      .filter(({ module }) => module === "system-go");
  const all = await texts("log --json -l debug");
  expect(all.map(({ level, text }) => `${level} ${text}`)).toEqual(["INFO begun step=1", 'WARN late by="a second" step=2', "ERROR broken", "DEBUG detail"]);
  for (const { pid, call } of all) expect({ pid: pid > 1, call: call > 0 }).toEqual({ pid: true, call: true });
  expect((await texts("log --json -m system-go")).map(({ text }) => text)).toHaveLength(3);
  expect((await texts(`log --json -p ${all[1]!.pid}`)).map(({ level }) => level)).toEqual(["WARN"]);
  expect((await shell.run("log -l error -m system-go | grep -c broken; grep -c . /tmp/followed")).stdout).toBe("1\n2\n");
  await shell.run(`kill ${follower}`);
  return all.map(({ text }) => text);
});

for (const [type, program, hello] of [["bus", "tree-go", ""], ["bus", "tree-js", ""], ["fuse", "tree-rust", "hello from Rust\n"]] as const) {
  onBothEngines(`mount -t ${type} shows what ${program} serves`, async (shell) => {
    test.slow();
    await shell.install(program, "cat-c");
    // A mount is of the whole system, which does not look into the user's folders.
    await shell.write("/etc/bus.d/tree.json", JSON.stringify({ name: "tree", module: `/home/user/bin/${program}.wasm` }));
    const result = await shell.run(`
      mkdir -p /mnt/t; mount -t ${type} -o name=memory,timeout=60s tree /mnt/t || exit 9
      mount | grep -c ' on /mnt/t type ${type}'
      cd /mnt/t; cat hello.txt 2>/dev/null
      mkdir d; seq 20000 > d/numbers; wc -l < d/numbers; echo more >> d/numbers; tail -n 1 d/numbers
      truncate -s 9 d/numbers; mv d/numbers small; ls; cat-c small; cat small | cat-c
      echo x > d/x; rmdir d; rm d; mkdir d; ls none; cat small/x
      rm d/x small; rmdir d; ls -a | grep -c t; cp /bin/ls . && cmp /bin/ls ls && rm ls
      cd /; umount /mnt/t; ls /mnt/t`, { timeout: 60_000 });
    expect(result).toMatchObject({ code: 0 });
    const names = hello ? "d\nhello.txt\nsmall\n" : "d\nsmall\n";
    expect(result.stdout).toBe(`1\n${hello}20000\nmore\n${names}1\n2\n3\n4\n51\n2\n3\n4\n5${hello ? "1" : "0"}\n`);
    expect(result.stderr).toBe(
      "rmdir: d: directory not empty\nrm: d: is a directory\nmkdir: d: file exists\nls: none: no such file or directory\ncat: small/x: not a directory\n",
    );
    return result;
  });
}
