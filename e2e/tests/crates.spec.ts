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

onBothEngines("a room of the crate's: objects and callbacks from guest to guest", async (shell) => {
  for (const program of ["room", "join"]) {
    await shell.install(`${program}-rust`);
    await shell.run(`ln -s $(command -v ${program}-rust.wasm || command -v ${program}-rust) /bin/${program}.wasm`);
  }
  const result = await shell.run(`
    { echo /nicks; echo '/wait 2'; echo 'hello bob'; echo '/wait 3'; } | join.wasm room ann > /tmp/ann.txt &
    until grep -q ann /tmp/ann.txt; do sleep 0.02; done
    { echo 'hello all'; echo '/wait 1'; } | join.wasm room bob > /tmp/bob.txt
    wait
    cat /tmp/ann.txt; echo --; cat /tmp/bob.txt`);
  expect(result.stdout).toBe("ann\n< bob joined\n< bob: hello all\ntold 1\n< bob left\n--\ntold 1\n< ann: hello bob\n");
  return result.stdout;
});
