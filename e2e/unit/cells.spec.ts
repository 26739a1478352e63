// What cells read of a block's text.
import { expect, test } from "@playwright/test";
import { parseBlock, plain, sameOutput } from "../../web/ts/celltext.ts";
import { dedent } from "../../web/ts/initial.ts";

test("a block is code, or a session", () => {
  const table: [name: string, text: string, code: string, printed: string | undefined][] = [
    ["code", "echo a\necho b\n", "echo a\necho b", undefined],
    ["code with a prompt further down", "echo a\n$ b", "echo a\n$ b", undefined],
    ["a session", "$ echo a\na\n$ echo b\nb\n", "echo a\necho b", "a\nb"],
    ["a session without output", "$ true\n", "true", undefined],
    ["a command of several lines", "$ if true\n> then echo a\n> fi\na\n> no command\n", "if true\nthen echo a\nfi", "a\n> no command"],
    ["nothing", "", "", undefined],
  ];
  for (const [name, text, code, printed] of table) expect(parseBlock(text), name).toEqual({ code, printed });
});

test("outputs are the same but for spaces at ends", () => {
  expect(sameOutput("a  \nb\n\n", "a\nb")).toBe(true);
  expect(sameOutput(" a\n", "a\n")).toBe(false);
  expect(sameOutput("a\n\nb", "a\nb")).toBe(false);
});

test("escape sequences are taken out", () => {
  expect(plain("\x1b[1;31mred\x1b[0m\x1b]0;title\x07\x1b]8;;x\x1b\\link\r\n\x1bMup\x1b[?25l")).toBe("redlink\nup");
});

test("indents that all lines share are taken out", () => {
  const table: [name: string, text: string, want: string][] = [
    ["none", "a\n b\n", "a\n b\n"],
    ["spaces", "\n    a\n      b\n\n    c\n    ", "a\n  b\n\nc\n"],
    ["tabs", "\n\t\ta:\n\t\t\tb\n\t", "a:\n\tb\n"],
    ["spaces and tabs", "\n\ta\n    b\n", "\ta\n    b\n"],
    ["a line", "a", "a"],
    ["nothing", "", ""],
  ];
  for (const [name, text, want] of table) expect(dedent(text), name).toBe(want);
});
