// <bushel-file path mode src>: a file that a <bushel-shell> brings along. It shows
// nothing; its text is the file's.

export class BushelFile extends HTMLElement {
  connectedCallback(): void {
    this.hidden = true;
  }
}
