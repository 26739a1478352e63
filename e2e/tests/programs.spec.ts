// Real programs by others, as a user runs them.
import { expect, onBothEngines, test } from "../fixtures.ts";

test.setTimeout(180_000); // an interpreter takes seconds to load a program of megabytes

for (const kind of ["go", "js"]) {
  onBothEngines(`gojq for ${kind} stands in a pipeline`, async (shell) => {
    await shell.install(`gojq-${kind}`);
    const result = await shell.run(`echo '{"list":[1,2,3],"name":"ü"}' | gojq-${kind} -c '[.name, (.list | add)]' | tee /tmp/out; cat /tmp/out`);
    expect(result).toMatchObject({ code: 0, stdout: '["ü",6]\n["ü",6]\n', stderr: "" });
    const bad = await shell.run(`echo '{' | gojq-${kind} .`);
    expect(bad.code).toBe(5);
    return [result.stdout, bad.stdout, bad.stderr];
  });
}

onBothEngines("Lua's prompt answers what is typed", async (shell) => {
  await shell.install("lua");
  await shell.type("lua\n");
  await shell.seen(/^> $/m);
  await shell.type("x = 6; print(x * 7)\n");
  await shell.seen(/^42$/m);
  await shell.type("print(pcall(error, 'caught'))\n");
  await shell.seen(/^false\tcaught$|^false +caught$/m);
  await shell.press("Control+D");
  await expect.poll(() => shell.state()).toBe("ready");
  return shell.run("lua -e 'for l in io.lines() do print(#l) end; os.exit(3)'", { stdin: "a\nbcd\n" });
});

onBothEngines("esbuild bundles a file of the page's file system", async (shell) => {
  await shell.install("esbuild");
  const result = await shell.run(
    `mkdir -p /tmp/src && cd /tmp/src && echo 'export const twice = (n) => 2 * n;' > lib.js &&
     echo 'import { twice } from "./lib.js"; console.log(twice(21));' > in.js &&
     esbuild in.js --bundle --outfile=out.js --log-level=error && cat out.js`,
  );
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(result.stdout).toContain("2 * n");
  expect(result.stdout).toContain("console.log(twice(21))");
  return result;
});
