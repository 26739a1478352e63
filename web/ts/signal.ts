// Signals by their names. The numbers are Linux's, as kernel/sys/signal.go has
// them.

const NAMES: Readonly<Record<string, number>> = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11,
  USR2: 12, PIPE: 13, ALRM: 14, TERM: 15, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21,
  TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, WINCH: 28, SYS: 31,
};

export const SIGINT = 2;
export const SIGKILL = 9;

/** The number of "SIGINT", "int" or 2; throws a TypeError for what is no signal. */
export function signalNumber(signal: string | number): number {
  const name = String(signal).toUpperCase().replace(/^SIG/, "");
  const number = /^\d+$/.test(name) ? Number(name) : NAMES[name];
  if (number === undefined || !Object.values(NAMES).includes(number)) {
    throw new TypeError(`${JSON.stringify(signal)} is no signal`);
  }
  return number;
}
