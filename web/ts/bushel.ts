// The site's module for other people's pages: importing it defines the elements
// <bushel-shell>, <bushel-file> and <bushel-cell>.

import { BushelFile } from "./bushelfile.ts";
import { BushelCell } from "./cell.ts";
import { BushelShell } from "./element.ts";

export {
  type BusCode, BusError, type BusErrorInfo, type CallContext, type CallOptions, type Description, type Handler, type Handlers,
  type MethodDescription, type ObjectDescription, type RemoteObject, type ServeOptions, type ServiceDescription, type Serving,
  type VarDescription,
} from "./bus.ts";
export { BushelFile } from "./bushelfile.ts";
export { BushelCell, type CellResult, type CellState } from "./cell.ts";
export { BushelShell, type State } from "./element.ts";
export { SystemError } from "./errno.ts";
export { BushelError } from "./fault.ts";
export type { Limits } from "./limits.ts";
export type { Decision, Policy } from "./policy.ts";

const elements = { "bushel-shell": BushelShell, "bushel-file": BushelFile, "bushel-cell": BushelCell };
for (const [name, element] of Object.entries(elements)) {
  if (!customElements.get(name)) customElements.define(name, element);
}

declare global {
  interface HTMLElementTagNameMap {
    "bushel-shell": BushelShell;
    "bushel-file": BushelFile;
    "bushel-cell": BushelCell;
  }
}
