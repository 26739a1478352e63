// Guests that serve connections of the kernel's own network.
import { expect, onBothEngines, test } from "../fixtures.ts";

for (const language of ["c", "go"]) {
  onBothEngines(`shout in ${language} serves several clients at once`, async (shell) => {
    await shell.install(`shout-${language}`);
    const result = await shell.run(
      [
        "cd /tmp",
        `run --listen 7000 shout-${language} 3 >served &`,
        // Nobody listens before the program is on its way.
        "client() { until echo \"client $1\" | nc localhost 7000 >got$1 2>/dev/null; do :; done; }",
        "client 1 & client 2 &",
        "until exec 5<>/dev/tcp/localhost/7000; do :; done 2>/dev/null",
        "echo by hand >&5; read -r line <&5; echo \"$line\"; exec 5>&-",
        "wait; cat got1 got2 served",
      ].join("\n"),
    );
    expect(result).toMatchObject({ code: 0, stdout: "BY HAND\nCLIENT 1\nCLIENT 2\nserved 3\n" });
    return result.stdout;
  });
}

test("nobody listens: the connection is refused", async ({ open }) => {
  const shell = await open("browser");
  expect(await shell.run("nc localhost 7001")).toMatchObject({
    code: 1,
    stderr: "nc: connect to localhost port 7001: connection refused\n",
  });
  expect((await shell.run("run --listen 70000 x")).code).not.toBe(0);
});
