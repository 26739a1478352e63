// What a guest begins with: sys.StartInfo in its wire form (kernel/sys/record.go).

export interface StartInfo {
  pid: number;
  name: string;
  engine: string;
  argv: string[];
  env: string[];
  cwd: string;
  fds: { fd: number; flags: number; info: number; name: string }[];
}

const decoder = new TextDecoder();

export function decodeStartInfo(bytes: Uint8Array): StartInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const number = (): number => view.getUint32((at += 4) - 4, true);
  const string = (): string => {
    const length = number();
    return decoder.decode(bytes.subarray(at, (at += length)));
  };
  const list = <T>(item: () => T): T[] => Array.from({ length: number() }, item);
  return {
    pid: number(),
    name: string(),
    engine: string(),
    argv: list(string),
    env: list(string),
    cwd: string(),
    fds: list(() => ({ fd: number(), flags: number(), info: number(), name: string() })),
  };
}
