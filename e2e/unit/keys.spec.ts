import { expect, test } from "@playwright/test";
import { keySequence } from "../../web/ts/keys.ts";
import { parseFolderMark, parsePromptMark } from "../../web/ts/marks.ts";
import { signalNumber } from "../../web/ts/signal.ts";

for (const [name, bytes] of [
  ["Enter", "\r"],
  ["a", "a"],
  ["Shift+a", "A"],
  ["ü", "ü"],
  ["+", "+"],
  ["Control+C", "\x03"],
  ["Control+c", "\x03"],
  ["Control+[", "\x1b"],
  ["Control+Space", "\0"],
  ["Alt+b", "\x1bb"],
  ["Tab", "\t"],
  ["Shift+Tab", "\x1b[Z"],
  ["Escape", "\x1b"],
  ["Backspace", "\x7f"],
  ["ArrowUp", "\x1b[A"],
  ["Control+ArrowRight", "\x1b[1;5C"],
  ["Home", "\x1b[H"],
  ["Delete", "\x1b[3~"],
  ["F1", "\x1bOP"],
  ["F12", "\x1b[24~"],
  ["Shift+F5", "\x1b[15;2~"],
] as const) {
  test(`the key ${name} sends ${JSON.stringify(bytes)}`, () => expect(keySequence(name)).toBe(bytes));
}

test("cursor keys follow the application's mode", () => {
  expect(keySequence("ArrowUp", true)).toBe("\x1bOA");
  expect(keySequence("Control+ArrowUp", true)).toBe("\x1b[1;5A");
});

test("what is no key is refused", () => {
  for (const name of ["", "Foo", "Foo+a", "Control+1", "Enterr"]) expect(() => keySequence(name)).toThrow(TypeError);
});

test("marks are read", () => {
  expect(parsePromptMark("A")).toBeUndefined();
  expect(parsePromptMark("B")).toEqual({ type: "prompt" });
  expect(parsePromptMark("C;cmdline_url=echo%20a%3Bb")).toEqual({ type: "command", line: "echo a;b" });
  expect(parsePromptMark("C;cmdline_url=100%")).toEqual({ type: "command", line: "100%" });
  expect(parsePromptMark("C")).toEqual({ type: "command", line: "" });
  expect(parsePromptMark("D;130")).toEqual({ type: "exit", code: 130 });
  expect(parsePromptMark("D")).toEqual({ type: "exit", code: 0 });
  expect(parseFolderMark("file://bushel/home/a%20b")).toEqual({ type: "folder", path: "/home/a b" });
  expect(parseFolderMark("nonsense")).toBeUndefined();
});

test("signals have names and numbers", () => {
  expect([signalNumber("SIGINT"), signalNumber("term"), signalNumber(9), signalNumber("9")]).toEqual([2, 15, 9, 9]);
  for (const bad of ["", "FOO", 0, 99, "SIG"]) expect(() => signalNumber(bad)).toThrow(TypeError);
});
