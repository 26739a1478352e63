// What the processes of a shell may use, as the element's limits attribute and the
// options of run and spawn have it.

/** Limits by name: numbers, or texts such as "64M" or "10s". 0 and "unlimited" are none. */
export interface Limits {
  /** Bytes of a guest's memory. */
  memory?: number | string;
  /** Processor time in seconds. */
  cpu?: number | string;
  /** Open files. */
  files?: number | string;
  /** Bytes of all that it writes. */
  output?: number | string;
  /** Bytes of one file. */
  filesize?: number | string;
  /** Processes of its session. */
  processes?: number | string;
  /** Bytes that a pipe holds. */
  pipe?: number | string;
  /** Instructions of a guest, which wazero then runs, because it counts them. */
  instructions?: number | string;
}

/** A limit as the kernel has it. */
export interface Limit {
  kind: number;
  value: number;
}

const SIZE = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const COUNT = { "": 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
/** In nanoseconds. */
const TIME = { "": 1e9, MS: 1e6, S: 1e9, M: 60e9, H: 3600e9 };

// The kinds are sys.LimitKind's numbers.
const KINDS: Readonly<Record<keyof Limits, { kind: number; units: Readonly<Record<string, number>>; like: string }>> = {
  files: { kind: 1, units: COUNT, like: "64" },
  processes: { kind: 2, units: COUNT, like: "32" },
  filesize: { kind: 3, units: SIZE, like: "10M" },
  memory: { kind: 4, units: SIZE, like: "64M" },
  output: { kind: 5, units: SIZE, like: "10M" },
  cpu: { kind: 6, units: TIME, like: "10s" },
  pipe: { kind: 7, units: SIZE, like: "1M" },
  instructions: { kind: 8, units: COUNT, like: "100M" },
};

/**
 * The limits in a list such as "memory=64M cpu=10s", or by name. Throws a TypeError
 * that names what is no limit.
 */
export function parseLimits(limits: Limits | string | null | undefined): Limit[] {
  if (limits === null || limits === undefined) return [];
  const pairs =
    typeof limits === "string"
      ? limits.split(/[\s,;]+/).filter(Boolean).map((item) => {
          const [, name, value] = /^([^=]*)=?(.*)$/.exec(item)!;
          return [name!, value!] as const;
        })
      : Object.entries(limits).filter(([, value]) => value !== undefined);
  return pairs.map(([name, value]) => {
    const known = Object.hasOwn(KINDS, name) ? KINDS[name as keyof Limits] : undefined;
    if (!known) throw new TypeError(`${JSON.stringify(name)} is no limit: there are ${Object.keys(KINDS).join(", ")}`);
    return { kind: known.kind, value: amount(value, known.units, `${name}=${known.like}`) };
  });
}

function amount(value: unknown, units: Readonly<Record<string, number>>, like: string): number {
  if (value === "unlimited") return 0;
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(String(value)) ?? [];
  const factor = unit === undefined ? undefined : (units[unit.toUpperCase()] ?? units[unit.toUpperCase().replace(/I?B$/, "")]);
  const all = Math.round(Number(digits) * (factor ?? NaN));
  if (!Number.isSafeInteger(all)) throw new TypeError(`${JSON.stringify(value)} is no amount: limits are written as in ${like}`);
  return all;
}
