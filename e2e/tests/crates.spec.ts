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

for (const room of ["room", "old-room"]) {
  onBothEngines(`the page joins the ${room} of a Rust program`, async (shell) => {
    await shell.install(`${room}-rust`);
    await shell.run(`ln -s $(command -v ${room}-rust.wasm || command -v ${room}-rust) /bin/${room}.wasm`);
    const got = await shell.page.evaluate(async (room) => {
      const { bus } = globalThis.shell;
      const heard: string[] = [];
      const told = Promise.withResolvers<void>();
      const join = (nick: string) =>
        bus.call(room, "chat::RoomJoinRequest", { nick }, {
          keep: true,
          callbacks: {
            "chat::RoomJoinHeardCallback": (text: string) => {
              heard.push(`${nick} hears ${text}`);
              if (text === "bob left") told.resolve();
            },
          },
        }) as Promise<{ call(method: string, args?: unknown, options?: { format: "bincode" }): Promise<unknown>; close(): void; closed: Promise<unknown> }>;
      const ann = await join("ann");
      const bob = await join("bob");
      // The trait of the members is in bincode: a text is its length in eight bytes, and itself.
      const text = new Uint8Array([5, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode("hello")]);
      const said = [...((await bob.call("chat::MemberSayRequest", text, { format: "bincode" })) as Uint8Array)];
      bob.close();
      await told.promise;
      const late = await bob.call("chat::MemberNicksRequest").catch((error) => error.code);
      const refused = await bus.call(room, "chat::RoomJoinRequest", { nick: "" }, { keep: true }).catch((error) => error.code);
      ann.close();
      return { said, heard, late, refused, closed: await ann.closed };
    }, room);
    expect(got).toEqual({
      said: [1, 0, 0, 0], late: "canceled", refused: "invalid_argument", closed: undefined,
      heard: ["ann hears bob joined", "ann hears bob: hello", "ann hears bob left"],
    });
    return got;
  });
}
