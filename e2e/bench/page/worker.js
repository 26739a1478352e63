// What the workers of the columns beside Bushel share: messages in, results out.

/** Bytes that grow by doubling. */
export class Sink {
  bytes = new Uint8Array(1 << 10);
  length = 0;

  push(data) {
    const end = this.length + data.length;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(data, this.length);
    this.length = end;
  }

  take() {
    return this.bytes.slice(0, this.length);
  }
}

/** Serves {guest, code} by compiling, and {guest, args, stdin} by start(module, argv, stdin). */
export function serve(start) {
  const modules = new Map();
  onmessage = async ({ data: { guest, code, args, stdin } }) => {
    try {
      if (code) {
        modules.set(guest, await WebAssembly.compile(code));
        postMessage({});
        return;
      }
      const { code: status, stdout, stderr } = await start(modules.get(guest), [guest, ...args], stdin ?? new Uint8Array(0));
      postMessage({ code: status, stdout: stdout.take(), stderr: new TextDecoder().decode(stderr.take()) });
    } catch (error) {
      postMessage({ error: String(error?.stack ?? error) });
    }
  };
}
