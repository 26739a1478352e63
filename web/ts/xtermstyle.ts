// What stands for the <style> elements of xterm.js. A page's content security policy may
// forbid those, and not sheets that a script makes. cmd/build puts it in their place.

const NAME = "bushel-style";

/** The sheets that an element has made, which stand before all others of their root, as <style> elements do. */
const made = new WeakSet<CSSStyleSheet>();

class Style extends HTMLElement {
  private readonly own = new CSSStyleSheet();
  private root: DocumentOrShadowRoot | undefined;

  constructor() {
    super();
    made.add(this.own);
  }

  override get textContent(): string {
    return "";
  }
  override set textContent(css: string | null) {
    this.own.replaceSync(css ?? "");
  }

  connectedCallback(): void {
    this.hidden = true;
    const root = (this.root = this.getRootNode() as Document | ShadowRoot);
    const sheets = [...root.adoptedStyleSheets];
    const behind = sheets.findIndex((sheet) => !made.has(sheet));
    sheets.splice(behind < 0 ? sheets.length : behind, 0, this.own);
    root.adoptedStyleSheets = sheets;
  }

  disconnectedCallback(): void {
    const { root } = this;
    if (root) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== this.own);
    this.root = undefined;
  }
}

/** An element whose textContent is a style sheet of the tree that it is in. */
export function styleElement(): HTMLElement {
  const known = customElements.get(NAME);
  if (!known) customElements.define(NAME, Style);
  return new (known ?? Style)();
}

/** Adds declarations to an element's own, by the object model: a policy forbids the attribute. */
export function addStyle(element: HTMLElement, declarations: string): void {
  element.style.cssText += declarations;
}
