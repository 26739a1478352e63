// The site's module for other people's pages: importing it defines the elements
// <bushel-shell>, <bushel-file> and <bushel-cell>.

import { BushelFile } from "./bushelfile.ts";
import { BushelCell, type CellResult } from "./cell.ts";
import { BushelShell } from "./element.ts";
import type { Progress } from "./module.ts";

export {
  type BodyFormat, type BusCode, BusError, type BusErrorInfo, type CallContext, type CallOptions, type Description, type Handler, type Handlers, type KeptObject,
  type MethodDescription, type ObjectDescription, type RemoteObject, type ServeOptions, type ServiceDescription, type Serving,
  type VarDescription,
} from "./bus.ts";
export { BushelFile } from "./bushelfile.ts";
export { BushelCell, type CellResult, type CellState } from "./cell.ts";
export { BushelShell, type State } from "./element.ts";
export { SystemError } from "./errno.ts";
export { BushelError } from "./fault.ts";
export type { Entry, FileKind, FileStat, Files, WriteOptions } from "./files.ts";
export type { Limits } from "./limits.ts";
export type { ThemeName } from "./look.ts";
export type { Progress } from "./module.ts";
export type { Decision, Policy } from "./policy.ts";
export type { LineOptions, RunOptions, RunResult, Spawned, SpawnOptions } from "./processes.ts";
export type { Credentials, Engine } from "./protocol.ts";
export type { Source } from "./source.ts";

const elements = { "bushel-shell": BushelShell, "bushel-file": BushelFile, "bushel-cell": BushelCell };
for (const [name, element] of Object.entries(elements)) {
  if (!customElements.get(name)) customElements.define(name, element);
}

declare global {
  interface HTMLElementEventMap {
    "bushel-progress": CustomEvent<Progress>;
    "bushel-ready": CustomEvent<Record<string, never>>;
    "bushel-command": CustomEvent<{ line: string }>;
    "bushel-exit": CustomEvent<{ line: string; code: number; ms: number }>;
    "bushel-error": CustomEvent<{ message: string; cause: string; cure: string; code: string }>;
    "bushel-cell": CustomEvent<CellResult>;
  }
  interface HTMLElementTagNameMap {
    "bushel-shell": BushelShell;
    "bushel-file": BushelFile;
    "bushel-cell": BushelCell;
  }
}
