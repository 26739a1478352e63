// The site's module for other people's pages: importing it defines the element
// <bushel-shell>.

import { BushelShell } from "./element.ts";

export {
  type BusCode, BusError, type BusErrorInfo, type CallContext, type CallOptions, type Description, type Handler, type Handlers,
  type MethodDescription, type ObjectDescription, type RemoteObject, type ServeOptions, type ServiceDescription, type Serving,
  type VarDescription,
} from "./bus.ts";
export { BushelShell, type State } from "./element.ts";
export { SystemError } from "./errno.ts";
export { BushelError } from "./fault.ts";
export type { Limits } from "./limits.ts";
export type { Decision, Policy } from "./policy.ts";

if (!customElements.get("bushel-shell")) customElements.define("bushel-shell", BushelShell);

declare global {
  interface HTMLElementTagNameMap {
    "bushel-shell": BushelShell;
  }
}
