// Cells: code blocks of a page that its reader runs.
import { expect, test } from "../fixtures.ts";

const page_ = (body: string) => `<!doctype html><script type="module" src="bushel.js"></script>${body}`;

/** The output that a cell shows, and what it says of it. */
const shown = (id: string) => {
  const root = document.getElementById(id)!.shadowRoot!;
  return { output: root.querySelector("pre")!.textContent, status: root.querySelector("[role=status]")!.textContent };
};

test("a cell runs the code before it, and cells of one name share a shell", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/cells", {
    html: page_(`
      <pre><code>cd /tmp; name=reader; greet() { echo "hello, $1"; }</code></pre><bushel-cell id="one" shell="a"></bushel-cell>
      <pre><code>greet $name; pwd; echo bad >&2; cat; false</code></pre><bushel-cell id="two" shell="a" depends-on="one"></bushel-cell>
      <pre><code>echo "$name-"</code></pre><bushel-cell id="three" shell="b"></bushel-cell>`),
  });
  await page.goto(`${site.url}cells`);
  await page.locator("#two").getByRole("button", { name: "Run the code above" }).click();
  await page.waitForSelector("#two[state=failed]");
  expect(await page.evaluate(shown, "two")).toEqual({ output: "hello, reader\n/tmp\nbad\n", status: "Ended with code 1." });
  expect(await page.getAttribute("#one", "state")).toBe("done");
  await page.locator("#three").getByRole("button").click();
  await page.waitForSelector("#three[state=done]");
  expect((await page.evaluate(shown, "three")).output).toBe("-\n");
});

test("a session is code and output, and a page marks what differs", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/expected", {
    html: page_(`
      <pre><code>$ for i in 1 2
> do echo $i; done
1
2
$ echo end
end</code></pre><bushel-cell id="same" expected></bushel-cell>
      <pre><code>echo now</code></pre><bushel-cell id="text" expected="then"></bushel-cell>
      <pre><code>echo inside</code></pre><bushel-cell id="inside" expected><pre>inside</pre></bushel-cell>`),
  });
  await page.goto(`${site.url}expected`);
  const results = await page.evaluate(async () => {
    const cells = [...document.querySelectorAll("bushel-cell")];
    return Promise.all(cells.map(async (cell) => ({ ...(await cell.run()), state: cell.state })));
  });
  expect(results).toEqual([
    { code: 0, output: "1\n2\nend\n", expected: "1\n2\nend", ok: true, state: "done" },
    { code: 0, output: "now\n", expected: "then", ok: false, state: "differs" },
    { code: 0, output: "inside\n", expected: "inside", ok: true, state: "done" },
  ]);
  expect((await page.evaluate(shown, "text")).status).toBe("The output differs from what was expected:\nthen");
});

test("a cell is stopped, ended by exit, and works again", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/stop", {
    html: page_(`
      <pre><code>echo on; while :; do :; done</code></pre><bushel-cell id="spin"></bushel-cell>
      <pre><code>echo off; exit 3</code></pre><bushel-cell id="exit"></bushel-cell>
      <pre><code>echo 'a quote that does not end</code></pre><bushel-cell id="bad"></bushel-cell>
      <pre><code>echo again</code></pre><bushel-cell id="again"></bushel-cell>`),
  });
  await page.goto(`${site.url}stop`);
  const spin = page.locator("#spin").getByRole("button");
  await spin.click();
  await expect.poll(async () => (await page.evaluate(shown, "spin")).output).toBe("on\n");
  await spin.click();
  await page.waitForSelector("#spin[state=error]");
  expect((await page.evaluate(shown, "spin")).status).toBe("Stopped.");
  const run = (id: string) =>
    page.evaluate(async (id) => {
      const { code, output } = await document.querySelector<HTMLElementTagNameMap["bushel-cell"]>(`#${id}`)!.run();
      return { code, output };
    }, id);
  expect(await run("exit")).toEqual({ code: 3, output: "off\n" });
  expect((await run("bad")).code).toBe(2);
  expect(await run("again")).toEqual({ code: 0, output: "again\n" });
});

test("what makes no sense is told where the reader looks", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/wrong", {
    html: page_(`
      <bushel-cell id="none"></bushel-cell>
      <pre>true</pre><bushel-cell id="missing" depends-on="nobody"></bushel-cell>
      <pre>true</pre><bushel-cell id="circle" depends-on="other"></bushel-cell>
      <pre>true</pre><bushel-cell id="other" depends-on="circle"></bushel-cell>
      <pre>false</pre><bushel-cell id="fails"></bushel-cell>
      <pre>true</pre><bushel-cell id="after" depends-on="fails"></bushel-cell>`),
  });
  await page.goto(`${site.url}wrong`);
  const said = async (id: string) => {
    await page.locator(`#${id}`).getByRole("button").click();
    await page.waitForSelector(`#${id}[state=error]`);
    return (await page.evaluate(shown, id)).status;
  };
  expect(await said("none")).toBe("There is no code to run. No <pre> stands before this cell.");
  expect(await said("missing")).toBe("It was not run. There is no cell nobody, on which it depends.");
  expect(await said("circle")).toBe("This cell depends on itself. depends-on goes in a circle.");
  expect(await said("after")).toBe("It was not run. The cell fails before it did not end well.");
});

test("a cell's code is edited in its place, and run by the keyboard", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/edit", { html: page_(`<pre><code>echo old</code></pre><bushel-cell id="cell" editable></bushel-cell>`) });
  await page.goto(`${site.url}edit`);
  const box = page.getByRole("textbox");
  await box.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("echo new");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("#cell[state=done]");
  expect((await page.evaluate(shown, "cell")).output).toBe("new\n");
});

test("cells run in a shell of the page, with its files", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/with", {
    html: page_(`
      <bushel-shell id="main" boot="click" persist="none"><bushel-file path="notes/a.txt">
        from the page
      </bushel-file></bushel-shell>
      <pre><code>cat ~/notes/a.txt; echo more > ~/notes/b.txt</code></pre><bushel-cell id="cell" shell="main"></bushel-cell>`),
  });
  await page.goto(`${site.url}with`);
  await page.locator("#cell").getByRole("button").click();
  await page.waitForSelector("#cell[state=done]");
  expect((await page.evaluate(shown, "cell")).output).toBe("from the page\n");
  expect(await page.evaluate(() => document.querySelector("bushel-shell")!.fs.readFile("notes/b.txt", "utf8"))).toBe("more\n");
});
