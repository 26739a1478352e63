// The site's module for other people's pages: importing it defines the element
// <bushel-shell>.

import { BushelShell } from "./element.ts";

export { BusError } from "./bus.ts";
export { BushelShell, type State } from "./element.ts";
export { SystemError } from "./errno.ts";
export { BushelError } from "./fault.ts";
export type { Limits } from "./limits.ts";

if (!customElements.get("bushel-shell")) customElements.define("bushel-shell", BushelShell);

declare global {
  interface HTMLElementTagNameMap {
    "bushel-shell": BushelShell;
  }
}
