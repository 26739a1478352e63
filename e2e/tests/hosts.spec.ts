// Cells and shells in the HTML that tools for documentation make of Markdown.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

const CELL = "<bushel-cell></bushel-cell>";
const UNSELECTABLE = 'style="user-select: none"';

// Each is a block with its cell, and the code that the cell has to see.
const shapes: { name: string; html: string; code: string }[] = [
  {
    name: "a cell that became a paragraph",
    html: `<div class="highlight"><pre><span></span><code><span class="gp">$ </span>echo <span class="m">1</span>\n<span class="go">1</span>\n</code></pre></div>\n<p>${CELL}</p>`,
    code: "echo 1",
  },
  { name: "a cell in boxes, with a paragraph between", html: `<pre><code>echo a</code></pre><div>\n <div><p>${CELL}</p></div></div>`, code: "echo a" },
  { name: "a copy button between", html: `<pre>echo a</pre><button>Copy</button>${CELL}`, code: "echo a" },
  {
    name: "a caption with code in it",
    html: `<div><div class="caption">of <code>file</code><a href="#x">¶</a></div><div><pre>echo a</pre></div></div>${CELL}`,
    code: "echo a",
  },
  {
    name: "numbers of lines that are named so",
    html: `<div class="highlight"><pre><span class="linenos">1</span>seq 2\n<span class="linenos">2</span><span class="hll">echo <span class="mi">42</span>\n</span></pre></div>${CELL}`,
    code: "seq 2\necho 42",
  },
  {
    name: "numbers of lines that cannot be selected",
    html: `<pre><code><span style="display: flex"><span ${UNSELECTABLE}>1</span><span>echo <b>7</b>\n</span></span></code></pre>${CELL}`,
    code: "echo 7",
  },
  { name: "prompts that cannot be selected", html: `<pre><span ${UNSELECTABLE}>$ </span>echo a\n<span ${UNSELECTABLE}>a</span></pre>${CELL}`, code: "echo a" },
  { name: "a block of which nothing can be selected", html: `<pre ${UNSELECTABLE}>seq <span>2</span></pre>${CELL}`, code: "seq 2" },
  {
    name: "numbers of lines in a column",
    html: `<div><table><tr><td><pre><code><span>1\n</span><span>2\n</span></code></pre></td><td><pre><code>echo a\necho b\n</code></pre></td></tr></table></div><p>${CELL}</p>`,
    code: "echo a\necho b",
  },
  {
    name: "lines that br ends, and a button in the block",
    html: `<div><pre><code><div class="token-line"><span>for i in 1; do</span><br></div><div class="token-line"><span></span><br></div><div class="token-line"><span>echo $i; done</span><br></div></code><button>Copy</button></pre></div>${CELL}`,
    code: "for i in 1; do\n\necho $i; done",
  },
  { name: "lines in boxes without br", html: `<pre><code>echo a<div>echo b</div><div>echo c</div></code></pre>${CELL}`, code: "echo a\necho b\necho c" },
  { name: "a button within the code", html: `<pre><button>Copy</button><nav>x</nav>echo a</pre>${CELL}`, code: "echo a" },
];

const page_ = (body: string) => `<!doctype html><script type="module" src="bushel.js"></script><main>${body}</main>`;

/** What the client-side routing of a framework does: other content in the place of the old. */
const route = (page: Page, html: string) => page.evaluate((html) => (document.querySelector("main")!.innerHTML = html), html);

test("a cell finds its block, and reads the code that the reader sees", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/shapes", { html: page_(shapes.map(({ html }) => `<section>${html}</section>`).join("\n")) });
  await page.goto(`${site.url}shapes`);
  const codes = await page.evaluate(() => [...document.querySelectorAll("bushel-cell")].map((cell) => cell.code));
  expect(Object.fromEntries(shapes.map(({ name }, i) => [name, codes[i]]))).toEqual(Object.fromEntries(shapes.map(({ name, code }) => [name, code])));
});

test("a cell that stands first in a section does not take a block of another", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/alone", { html: page_(`<nav><pre>rm -r ~</pre></nav><section><p>${CELL}</p></section>`) });
  await page.goto(`${site.url}alone`);
  const said = await page.evaluate(() => document.querySelector("bushel-cell")!.run().then(() => "", ({ message, cause }) => `${message} ${cause}`));
  expect(said).toBe("There is no code to run. No <pre> stands before this cell.");
});

test("the text of an area is what is in it now", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/area", { html: page_(`<textarea>echo before</textarea>${CELL}`) });
  await page.goto(`${site.url}area`);
  await page.fill("textarea", "echo after");
  expect(await page.evaluate(() => document.querySelector("bushel-cell")!.run())).toMatchObject({ output: "after\n" });
});

test("a route to another page ends the shells of the one before", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/routes", { html: page_(`<pre>touch /tmp/f; ls /tmp</pre>${CELL}<bushel-shell boot="click" persist="none"></bushel-shell>`) });
  await page.goto(`${site.url}routes`);
  expect(await page.evaluate(() => document.querySelector("bushel-cell")!.run())).toMatchObject({ output: "f\n" });
  await page.evaluate(() => document.querySelector("bushel-shell")!.run("true").then(() => {}));
  await route(page, `<pre>$ ls /tmp</pre><p><bushel-cell expected=" "></bushel-cell></p>`);
  await expect.poll(() => page.workers().length).toBe(0);
  expect(await page.evaluate(() => document.querySelector("bushel-cell")!.run())).toMatchObject({ output: "", ok: true });
});

test("cells that are moved keep their shell, and one that stays keeps it for all", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/moved", { html: page_(`<pre>name=kept</pre><bushel-cell id="a"></bushel-cell><pre>echo $name</pre><bushel-cell id="b"></bushel-cell>`) });
  await page.goto(`${site.url}moved`);
  const outputs = await page.evaluate(async () => {
    const [a, b] = [...document.querySelectorAll("bushel-cell")];
    await a!.run();
    document.querySelector("main")!.append(document.querySelector("pre:last-of-type")!, b!);
    const moved = (await b!.run()).output;
    a!.remove();
    await new Promise(requestAnimationFrame);
    return [moved, (await b!.run()).output];
  });
  expect(outputs).toEqual(["kept\n", "kept\n"]);
});

test("a block that a framework makes anew can be changed like the one before", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/anew", { html: page_(`<div id="block"><pre>echo old</pre></div><bushel-cell editable></bushel-cell>`) });
  await page.goto(`${site.url}anew`);
  await page.waitForSelector("pre[contenteditable]");
  await page.evaluate(() => (document.getElementById("block")!.innerHTML = "<pre><code>echo new</code></pre>"));
  await page.locator("code[contenteditable]").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("er");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("bushel-cell[state=done]");
  expect(await page.evaluate(() => document.querySelector("bushel-cell")!.shadowRoot!.querySelector("pre")!.textContent)).toBe("newer\n");
});

test("attributes that a framework sets as properties count", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/properties", { html: page_("") });
  await page.goto(`${site.url}properties`);
  const seen = await page.evaluate(async () => {
    // React and Vue set the property where the element has one, with the value "" for one without.
    const make = (name: string, attributes: Record<string, string>): HTMLElement => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) {
        if (key in element) Object.assign(element, { [key]: value });
        else element.setAttribute(key, value);
      }
      document.querySelector("main")!.append(element);
      return element;
    };
    const pre = document.createElement("pre");
    pre.textContent = "$ echo a\na";
    document.querySelector("main")!.append(pre);
    const cell = make("bushel-cell", { expected: "", editable: "", engine: "wazero", shell: "a", "depends-on": "" }) as HTMLElementTagNameMap["bushel-cell"];
    const shell = make("bushel-shell", { boot: "click", rows: "7", persist: "none", readonly: "", screenreader: "", prompt: "> ", theme: "dark" });
    return [await cell.run(), pre.isContentEditable, shell.getAttributeNames().filter((name) => !/^(aria|role|style|state|class)/.test(name)).sort()];
  });
  expect(seen).toEqual([
    { code: 0, output: "a\n", expected: "a", ok: true },
    true,
    ["boot", "persist", "prompt", "readonly", "rows", "screenreader", "theme"],
  ]);
});

test("a file in a <pre> keeps its lines when a minifier joins those of any other text", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/minified", {
    html: page_(`<bushel-shell persist="none"><bushel-file path="f"><pre>b\n  a\n</pre></bushel-file><bushel-file path="g">\n<pre>\nc\nd\n</pre>\n</bushel-file></bushel-shell>`),
  });
  await page.goto(`${site.url}minified`);
  expect(await page.evaluate(() => document.querySelector("bushel-shell")!.run("cat f g"))).toMatchObject({ stdout: "b\n  a\nc\nd\n" });
});
