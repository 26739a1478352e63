// Puts the browsers' words for a trap into those of the WebAssembly
// specification, which package engine uses (engine.TrapKind).

// The global may go: see gojs-lockdown.ts.
const { RuntimeError } = WebAssembly;
const Thrown = (WebAssembly as unknown as { Exception?: Function }).Exception;

const KINDS: [RegExp, string][] = [
  [/unreachable/, "unreachable"],
  [/stack size exceeded|too much recursion|call stack/i, "stack overflow"],
  [/divide by zero|remainder by zero|division by zero/, "integer divide by zero"],
  [/divide result unrepresentable|integer overflow/, "integer overflow"],
  [/float unrepresentable|invalid conversion/, "invalid conversion to integer"],
  [/signature mismatch|null function|indirect call to null|uninitialized element|table index|table access/i, "invalid table access or indirect call"],
  [/unaligned/, "unaligned atomic"],
  [/memory access out of bounds|index out of bounds|out of bounds/, "out of bounds memory access"],
];

/**
 * Describes an error as a trap: its kind, the engine's own message, and the guest's
 * functions, innermost first, each on a line. Undefined if it is no trap.
 */
export function describeTrap(error: unknown): string | undefined {
  if (Thrown && error instanceof Thrown) return "uncaught exception\nan exception that the program does not catch";
  const known =
    error instanceof RuntimeError ||
    error instanceof RangeError ||
    (error instanceof Error && error.constructor.name === "InternalError"); // Firefox's recursion
  if (!known) return undefined;
  const message = (error as Error).message;
  const kind = KINDS.find(([pattern]) => pattern.test(message))?.[1];
  if (!kind) return error instanceof RuntimeError ? `${message}\n${message}` : undefined;
  const frames = [...((error as Error).stack ?? "").matchAll(/(?:at |^)([^\s(@]*)[\s(@]+[^\n]*wasm-function\[(\d+)\]/gm)]
    .slice(0, 20)
    .map(([, name, index]) => name || `func[${index}]`);
  return [kind, message, ...frames].join("\n");
}
