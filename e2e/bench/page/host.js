// A process of the bare column: the imports of WASI that the guests of the benchmark
// need, written by hand. Files are growing arrays in a map.
import { Sink } from "./worker.js";

const BADF = 8;
const NOENT = 44;
const NOSYS = 52;
const SPIPE = 70;
const CREATE = 1;
const TRUNCATE = 8;

class Exit {
  constructor(code) {
    this.code = code;
  }
}

/** What module imports: of the given ones, and of the other functions that there is none. */
export function importsOf(module, given) {
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (given[from] ??= {})[name] ??= () => NOSYS;
  return given;
}

export function bare(argv, stdin) {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const words = argv.map((word) => encoder.encode(`${word}\0`));
  const input = new Sink();
  input.push(stdin);
  const [stdout, stderr] = [new Sink(), new Sink()];
  const tree = new Map();
  const fds = [
    { type: 2, sink: input, at: 0 },
    { type: 2, sink: stdout },
    { type: 2, sink: stderr },
    { type: 3 },
  ];
  let memory;
  let view = new DataView(new ArrayBuffer(0));
  let bytes = new Uint8Array(0);
  const look = () => {
    if (bytes.buffer !== memory.buffer) {
      view = new DataView(memory.buffer);
      bytes = new Uint8Array(memory.buffer);
    }
  };

  const imports = {
    args_sizes_get(count, size) {
      look();
      view.setUint32(count, words.length, true);
      view.setUint32(size, words.reduce((sum, word) => sum + word.length, 0), true);
      return 0;
    },
    args_get(list, at) {
      look();
      for (const word of words) {
        view.setUint32(list, at, true);
        bytes.set(word, at);
        list += 4;
        at += word.length;
      }
      return 0;
    },
    environ_sizes_get(count, size) {
      look();
      view.setUint32(count, 0, true);
      view.setUint32(size, 0, true);
      return 0;
    },
    environ_get: () => 0,
    clock_time_get(id, _precision, at) {
      look();
      const ms = performance.now() + (id === 0 ? performance.timeOrigin : 0);
      view.setBigUint64(at, BigInt(Math.round(ms * 1e6)), true);
      return 0;
    },
    random_get(at, length) {
      look();
      crypto.getRandomValues(bytes.subarray(at, at + length));
      return 0;
    },
    proc_exit(code) {
      throw new Exit(code);
    },
    sched_yield: () => 0,
    poll_oneoff: () => NOSYS,
    fd_write(fd, vectors, count, written) {
      look();
      const sink = fds[fd]?.sink;
      if (!sink) return BADF;
      let total = 0;
      for (; count > 0; count--, vectors += 8) {
        const at = view.getUint32(vectors, true);
        const length = view.getUint32(vectors + 4, true);
        sink.push(bytes.subarray(at, at + length));
        total += length;
      }
      view.setUint32(written, total, true);
      return 0;
    },
    fd_read(fd, vectors, count, done) {
      look();
      const file = fds[fd];
      if (!file?.sink) return BADF;
      let total = 0;
      for (; count > 0; count--, vectors += 8) {
        const n = Math.min(view.getUint32(vectors + 4, true), file.sink.length - file.at);
        bytes.set(file.sink.bytes.subarray(file.at, file.at + n), view.getUint32(vectors, true));
        file.at += n;
        total += n;
      }
      view.setUint32(done, total, true);
      return 0;
    },
    fd_close(fd) {
      if (!fds[fd]) return BADF;
      fds[fd] = undefined;
      return 0;
    },
    fd_seek: () => SPIPE,
    fd_fdstat_get(fd, at) {
      look();
      if (!fds[fd]) return BADF;
      bytes.fill(0, at, at + 8);
      bytes.fill(0xff, at + 8, at + 24);
      bytes[at] = fds[fd].type;
      return 0;
    },
    fd_fdstat_set_flags: () => 0,
    fd_prestat_get(fd, at) {
      look();
      if (fd !== 3) return BADF;
      view.setUint32(at, 0, true);
      view.setUint32(at + 4, 1, true);
      return 0;
    },
    fd_prestat_dir_name(_fd, at) {
      look();
      bytes[at] = 0x2f; // "/"
      return 0;
    },
    path_open(_dir, _follow, at, length, how, _rights, _inherited, _flags, result) {
      look();
      const path = decoder.decode(bytes.subarray(at, at + length));
      let sink = tree.get(path);
      if (!sink && !(how & CREATE)) return NOENT;
      if (!sink) tree.set(path, (sink = new Sink()));
      if (how & TRUNCATE) sink.length = 0;
      let fd = 4;
      while (fds[fd]) fd++;
      fds[fd] = { type: 4, sink, at: 0 };
      view.setUint32(result, fd, true);
      return 0;
    },
    path_unlink_file(_dir, at, length) {
      look();
      return tree.delete(decoder.decode(bytes.subarray(at, at + length))) ? 0 : NOENT;
    },
  };

  return {
    imports,
    start(instance, shared) {
      memory = shared ?? instance.exports.memory;
      let code = 0;
      try {
        instance.exports._start();
      } catch (error) {
        if (!(error instanceof Exit)) throw error;
        code = error.code;
      }
      return { code, stdout, stderr };
    },
  };
}
