// What a shell tells its terminal beside the text: where prompts and commands
// begin and end (OSC 133, FinalTerm's marks) and its folder (OSC 7).
//
//	ESC ] 133 ; A BEL                     the prompt begins
//	ESC ] 133 ; B BEL                     the prompt is there, what is typed follows
//	ESC ] 133 ; C ; cmdline_url=LINE BEL  the line, percent-encoded, is run
//	ESC ] 133 ; D ; CODE BEL              it has ended with that exit code
//	ESC ] 7 ; file://HOST/FOLDER BEL      the shell's folder, percent-encoded

/** What the marks say. */
export type Mark =
  | { type: "prompt" }
  | { type: "command"; line: string }
  | { type: "exit"; code: number }
  | { type: "folder"; path: string };

/** Reads what follows "133;" of a mark; undefined if it says nothing of interest. */
export function parsePromptMark(data: string): Mark | undefined {
  const [letter, ...fields] = data.split(";");
  switch (letter) {
    case "B":
      return { type: "prompt" };
    case "C": {
      const line = fields.find((field) => field.startsWith("cmdline_url="));
      return { type: "command", line: line ? decode(line.slice("cmdline_url=".length)) : "" };
    }
    case "D":
      return { type: "exit", code: Number.parseInt(fields[0] ?? "", 10) || 0 };
  }
  return undefined;
}

/** Reads what follows "7;" of a folder mark. */
export function parseFolderMark(data: string): Mark | undefined {
  const match = /^file:\/\/[^/]*(\/.*)$/.exec(data);
  return match ? { type: "folder", path: decode(match[1]!) } : undefined;
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // a stray percent sign
  }
}
