// The text of a code block as a cell reads it.

/** What stands in a block: the code, and the output that is printed with it, if there is any. */
export interface Block {
  code: string;
  printed: string | undefined;
}

/**
 * Reads a block. Where its first line begins with the prompt "$ " it is a session: the
 * lines after a prompt, and after "> " below them, are the code, and all others are output.
 */
export function parseBlock(text: string): Block {
  const lines = text.replace(/\n+$/, "").split("\n");
  if (!lines[0]?.startsWith("$ ")) return { code: lines.join("\n"), printed: undefined };
  const code: string[] = [];
  const printed: string[] = [];
  let open = false;
  for (const line of lines) {
    if (line.startsWith("$ ") || (open && line.startsWith("> "))) {
      code.push(line.slice(2));
      open = true;
    } else {
      printed.push(line);
      open = false;
    }
  }
  return { code: code.join("\n"), printed: printed.length > 0 ? printed.join("\n") : undefined };
}

/** Whether two outputs are the same but for spaces at the ends of lines and lines at the end. */
export function sameOutput(a: string, b: string): boolean {
  const norm = (text: string): string => text.replaceAll(/[ \t\r]+(?=\n|$)/g, "").trimEnd();
  return norm(a) === norm(b);
}

/** Text without the escape sequences of terminals. */
export function plain(text: string): string {
  // CSI, OSC and the two-character sequences of ECMA-48.
  return text.replaceAll(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g, "").replaceAll("\r\n", "\n");
}
