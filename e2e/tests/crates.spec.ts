// Rust programs built with the published crates of the bus, by both of their interfaces.
import { expect, onBothEngines } from "../fixtures.ts";

for (const [name, prefix] of [["the crate wasmer-bus", ""], ["the crate wasm-bus", "old-"]] as const) {
  onBothEngines(`${name}: a clock, a service, and one that dies`, async (shell) => {
    for (const program of ["sleep", "greet", "greeter"]) await shell.install(`${prefix}${program}-rust`);
    await shell.run(`cd /bin; for p in sleep greet greeter; do ln -s $(command -v ${prefix}$p-rust.wasm || command -v ${prefix}$p-rust) ${prefix}$p.wasm; done`);
    expect(await shell.run(`${prefix}sleep.wasm 20`)).toMatchObject({ code: 0, stdout: "slept long enough\n", stderr: "" });
    const greeted = await shell.run(`${prefix}greet.wasm ${prefix}greeter Ann Bob`);
    expect(greeted).toMatchObject({ code: 0, stdout: "hello, Ann\nhello, Bob\n" });
    const died = await shell.run(`${prefix}greet.wasm ${prefix}greeter crash Ann`);
    expect(died.stdout).toMatch(/^error: .*\nhello, Ann\n$/);
    const none = await shell.run(`${prefix}greet.wasm nobody Ann`);
    expect(none.code).toBe(1);
    return [greeted.stdout, died.stdout, none.stdout];
  });
}

for (const [room, ann, bob] of [["room", "join", "join"], ["old-room", "old-join", "old-join"], ["old-room", "old-join", "join"]] as const) {
  onBothEngines(`objects and callbacks from guest to guest: ${room} of ${ann} and ${bob}`, async (shell) => {
    for (const program of new Set([room, ann, bob])) {
      await shell.install(`${program}-rust`);
      await shell.run(`ln -s $(command -v ${program}-rust.wasm || command -v ${program}-rust) /bin/${program}.wasm`);
    }
    const result = await shell.run(`
      { echo /nicks; echo '/wait 2'; echo 'hello bob'; echo '/wait 3'; } | ${ann}.wasm ${room} ann > /tmp/ann.txt &
      until grep -q ann /tmp/ann.txt; do sleep 0.02; done
      { echo 'hello all'; echo '/wait 1'; } | ${bob}.wasm ${room} bob > /tmp/bob.txt
      wait
      cat /tmp/ann.txt; echo --; cat /tmp/bob.txt`);
    expect(result.stdout).toBe("ann\n< bob joined\n< bob: hello all\ntold 1\n< bob left\n--\ntold 1\n< ann: hello bob\n");
    return result.stdout;
  });
}

onBothEngines("a file system that a program of the crate wasm-bus serves", async (shell) => {
  for (const program of ["old-tree", "old-look"]) {
    await shell.install(`${program}-rust`);
    await shell.run(`ln -s $(command -v ${program}-rust.wasm || command -v ${program}-rust) /bin/${program}.wasm`);
  }
  const looked = await shell.run("old-look.wasm old-tree");
  expect(looked).toMatchObject({ code: 0, stdout: "wrote 12\nread seen by Rust\n/look/a 12\nentity not found\nfs io error\n" });
  const mounted = await shell.run("mkdir -p /mnt/t && mount -t fuse old-tree /mnt/t && cat /mnt/t/hello.txt && ls /mnt/t && umount /mnt/t");
  expect(mounted).toMatchObject({ code: 0, stdout: "hello from Rust\nhello.txt\n", stderr: "" });
  return [looked.stdout, mounted.stdout];
});
