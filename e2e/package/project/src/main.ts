// A page that is built by Vite, with all types of the package that it uses checked.
import { BushelError, type BushelShell, type Policy, type RunResult, SystemError } from "bushel";
import { connect, type EmbeddedShell } from "bushel/embed";

const shell: BushelShell = document.querySelector("bushel-shell")!;
const policy: Policy = { http: "deny" };
shell.policy = policy;
shell.addEventListener("bushel-exit", ({ detail }) => {
  const code: number = detail.code;
  document.querySelector("output")!.textContent = `${detail.line}: ${code}`;
});

/** For the test: what the types say of members and errors. */
export async function sorted(path: string): Promise<string> {
  try {
    const { stdout }: RunResult = await shell.run(`sort ${path}`, { limits: { memory: "64M" } });
    return stdout + (await shell.fs.readFile(path, "utf8")).length;
  } catch (error) {
    if (error instanceof SystemError || error instanceof BushelError) return error.code;
    throw error;
  }
}

/** A shell of another page. */
export async function framed(frame: HTMLIFrameElement): Promise<string> {
  const embedded: EmbeddedShell = await connect(frame, { timeout: 20_000 });
  return embedded.screen();
}

Object.assign(globalThis, { sorted, framed });
