// Which block of code a cell belongs to, and what that says. What makes pages from Markdown wraps
// blocks and cells in elements of its own, and colours and numbers the lines.

import { BushelError } from "./fault.ts";

/** What may stand between a block and its cell. */
const BETWEEN = "button, script, style, template, link";
/** What is in a block and not of its code. */
const FURNITURE = "button, script, style, svg, nav, aside, [aria-hidden=true]";
/** Line numbers of Pygments, Chroma, highlight.js and Prism. */
const NUMBERS = ".linenos, .lineno, .ln, .lnt, .hljs-ln-numbers, .line-number, .line-numbers";
/** What stands on lines of its own. */
const LINES = new Set(["DIV", "P", "LI", "TR"]);

/** The block of a cell: the element that for names, or the one before the cell. Throws a BushelError if there is none. */
export function blockOf(cell: HTMLElement): HTMLElement {
  const id = cell.getAttribute("for");
  const place = id === null ? before(cell) : document.getElementById(id);
  const blocks = place?.matches("pre, code, textarea") ? [place] : [...(place?.querySelectorAll("pre") ?? [])];
  if (place && blocks.length === 0) blocks.push(...place.querySelectorAll("code"));
  // Where the numbers of lines are a column of a table, they are a block too.
  const block = blocks.find((block) => !/^[\s\d]*$/.test(block.textContent ?? "")) ?? blocks.at(-1);
  if (!(block instanceof HTMLElement)) {
    throw new BushelError("block", "There is no code to run.", "No <pre> stands before this cell.", "Put it right after one, or name its id by for.");
  }
  return (block.querySelector("code") as HTMLElement | null) ?? block;
}

// The element before the cell. In Markdown a cell may have become all of a paragraph.
function before(cell: Element): Element | null {
  let at = cell;
  for (;;) {
    let place = at.previousElementSibling;
    while (place?.matches(BETWEEN)) place = place.previousElementSibling;
    const parent = at.parentElement;
    if (place || !parent?.matches("p, div")) return place;
    at = parent;
  }
}

/** The text of a block as it is read: by lines, and without their numbers. */
export function textOf(block: Element): string {
  if (block instanceof HTMLTextAreaElement) return block.value;
  let text = "";
  const selectable = getComputedStyle(block).userSelect !== "none";
  const end = (): void => {
    if (text !== "" && !text.endsWith("\n")) text += "\n";
  };
  const walk = (parent: Element): void => {
    for (const node of parent.childNodes) {
      if (node instanceof Text) text += node.data;
      if (!(node instanceof Element) || node.matches(FURNITURE) || isNumber(node, selectable)) continue;
      if (node.localName === "br") text += "\n";
      const lines = LINES.has(node.tagName);
      if (lines) end();
      walk(node);
      if (lines) end();
    }
  };
  walk(block);
  return text;
}

// A number that is named as one, or that cannot be selected in a text that can.
function isNumber(element: Element, selectable: boolean): boolean {
  if (!/^\s*\d+\s*$/.test(element.textContent ?? "")) return false;
  return element.matches(NUMBERS) || (selectable && getComputedStyle(element).userSelect === "none");
}
