// What a reader meets on other people's pages, in Firefox: shells with files, stores and policies, cells,
// what goes wrong, and what axe-core says of all of it.
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer-core";
import { expect, test } from "./firefox.ts";

const AXE = fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url));

const html = (body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>a page</title><meta name="color-scheme" content="light dark">
<script type="module" src="bushel.js"></script><main><h1>a page</h1>${body}</main></html>`;

/** A problem that axe-core finds. */
interface Problem {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Problem[] }> } };
    return (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.flat().join(" ")}: ${node.failureSummary}`));
  });
}

const pressRun = async (page: Page, id: string): Promise<void> => {
  await (await page.waitForSelector(`#${id} >>> button`))!.click();
};

test("a shell has its page's files, line and policy, and keeps its store over a reload", async ({ firefox, visit }) => {
  firefox.site.pages.set("/shell", {
    html: html(`<bushel-shell persist="${crypto.randomUUID()}" policy='{"http": "deny"}' init="cd src; echo begun > ../begun" prompt="% " welcome="Welcome.">
      <bushel-file path="src/a">
        one
        two
      </bushel-file>
    </bushel-shell>`),
  });
  const page = await visit(`${firefox.site.url}shell`);
  await page.waitForSelector("bushel-shell[state=ready]");
  const ask = (line: string) => page.evaluate(async (line) => (await document.querySelector("bushel-shell")!.run(line)).stdout, line);
  expect(await ask(`cat src/a begun; bus call os http.Fetch request='{"url": "${firefox.site.url}bushel.js", "whole": true}' 2>&1`)).toMatch(/^one\ntwo\nbegun\n.*the page says deny for http/);
  await expect.poll(() => page.evaluate(() => document.querySelector("bushel-shell")!.screen())).toMatch(/^Welcome\.\n% ?$/);
  await ask("echo changed > src/a; sync src/a");
  await page.reload();
  await page.waitForSelector("bushel-shell[state=ready]");
  expect(await ask("cat src/a")).toBe("changed\n");
});

test("cells run by their buttons, those that they depend on before, and tell what differs", async ({ firefox, visit }) => {
  firefox.site.pages.set("/cells", {
    html: html(`<pre><code>greet() { echo "hello, $1"; }</code></pre><bushel-cell id="define" shell="a"></bushel-cell>
      <div class="highlight"><pre><span class="linenos">1</span><span>$ </span>greet reader\n<span class="linenos">2</span>hello, reader\n</pre></div>
      <p><bushel-cell id="same" shell="a" depends-on="define" expected></bushel-cell></p>
      <pre>echo now</pre><bushel-cell id="differs" expected="then"></bushel-cell>
      <pre id="code">echo old</pre><bushel-cell id="edited" editable></bushel-cell>`),
  });
  const page = await visit(`${firefox.site.url}cells`);
  await pressRun(page, "same");
  await page.waitForSelector("#same[state=done]");
  await page.waitForSelector("#define[state=done]");
  await pressRun(page, "differs");
  await page.waitForSelector("#differs[state=differs]");
  await page.click("#code");
  await page.keyboard.down("Control");
  await page.keyboard.press("End");
  await page.keyboard.up("Control");
  await page.keyboard.press("Enter");
  await page.keyboard.type("echo new");
  await page.keyboard.down("Control");
  await page.keyboard.press("Enter");
  await page.keyboard.up("Control");
  await page.waitForSelector("#edited[state=done]");
  const shown = await page.evaluate(() =>
    ["same", "differs", "edited"].map((id) => {
      const root = document.getElementById(id)!.shadowRoot!;
      return [root.querySelector("pre")!.textContent, root.querySelector("[role=status]")!.textContent];
    }),
  );
  expect(shown).toEqual([
    ["hello, reader\n", "As expected."],
    ["now\n", "The output differs from what was expected:\nthen"],
    ["old\nnew\n", "Done."],
  ]);
  expect(await violations(page)).toEqual([]);
});

test("axe finds nothing on shells in all states", async ({ firefox, visit }) => {
  firefox.site.pages.set("/states", {
    html: html(`<bushel-shell id="idle" boot="click" rows="6"><p>printed</p></bushel-shell>
      <bushel-shell id="ready" persist="none" rows="6" welcome="Welcome."></bushel-shell>
      <bushel-shell id="reader" persist="none" rows="6" screenreader></bushel-shell>
      <bushel-shell id="error" rows="12" policy="no policy"></bushel-shell>`),
  });
  const page = await visit(`${firefox.site.url}states`);
  for (const [id, state] of [["idle", "idle"], ["ready", "ready"], ["reader", "ready"], ["error", "error"]]) await page.waitForSelector(`#${id}[state=${state}]`);
  await page.evaluate(() => document.querySelector<HTMLElementTagNameMap["bushel-shell"]>("#ready")!.type("ls /; false\n"));
  await page.waitForFunction(() => document.querySelector("#ready")!.shadowRoot!.querySelector("[role=log]")!.textContent!.includes("exit code 1"));
  expect(await violations(page)).toEqual([]);
});

test.describe("on pages that forbid what a shell needs, or have not what they name", () => {
  test.use({ expectedErrors: [/Content-Security-Policy/] });

  test("what goes wrong is told where the terminal would be", async ({ firefox, visit }) => {
    firefox.site.pages.set("/wrong", {
      html: html(`<p id="rest">the rest</p>
        <bushel-shell id="file" boot="click" persist="none"><bushel-file path="a" src="not-there"></bushel-file></bushel-shell>
        <bushel-shell id="package" boot="click" persist="none" packages="not-there"></bushel-shell>`),
    });
    firefox.site.pages.set("/no-workers", { html: html("<p id=rest>the rest</p><bushel-shell id=workers persist=none></bushel-shell>"), headers: { "content-security-policy": "worker-src 'none'" } });
    firefox.site.pages.set("/no-wasm", { html: html("<p id=rest>the rest</p><bushel-shell id=wasm persist=none></bushel-shell>"), headers: { "content-security-policy": "script-src 'self'" } });
    for (const [path, id, said] of [
      ["wrong", "file", "A file that this shell brings along could not be placed."],
      ["wrong", "package", "A package that this shell brings along could not be installed."],
      ["no-workers", "workers", "This page does not allow the shell's workers."],
      ["no-wasm", "wasm", "wasm-unsafe-eval"],
    ] as const) {
      await test.step(id, async () => {
        const page = await visit(`${firefox.site.url}${path}`);
        await page.waitForFunction(() => customElements.get("bushel-shell"));
        await page.evaluate((id) => document.querySelector<HTMLElementTagNameMap["bushel-shell"]>(`#${id}`)!.start(), id);
        await page.waitForSelector(`#${id}[state=error]`);
        expect(await page.evaluate((id) => document.getElementById(id)!.shadowRoot!.querySelector("[role=alert]")!.textContent, id)).toContain(said);
        expect(await page.evaluate(() => document.getElementById("rest")!.textContent)).toBe("the rest");
      });
    }
  });
});
