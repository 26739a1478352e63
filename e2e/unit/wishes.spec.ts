// What of a program's output is a wish, and what announces a picture.
import { expect, test } from "@playwright/test";
import { Announcement } from "../../web/ts/announce.ts";
import { parseCopy, parseNotify, parseTask, WISHES } from "../../web/ts/wishes.ts";

const SIX = '\x1bP0;1;0q"1;1;6;6#0~\x1b\\';
const FILE = "\x1b]1337;File=inline=1:AAAA\x07";

for (const [name, text] of [["SIXEL", SIX], ["iTerm's sequence", FILE]] as const) {
  test(`a picture by ${name} is announced wherever it is cut`, () => {
    const bytes = new TextEncoder().encode(`text \x1b[1m${text} more`);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const whole = new Announcement();
      const seen = [bytes.subarray(0, cut), bytes.subarray(cut)].map((piece) => whole.sees(piece));
      expect(seen.filter(Boolean), `cut at ${cut}`).toHaveLength(1);
    }
    const single = new Announcement();
    expect([...`text ${text}`].filter((c) => single.sees(c))).toHaveLength(1);
  });
}

test("other output announces nothing", () => {
  const other = new Announcement();
  for (const text of ["", "text", "\x1b", "[31mred\x1b]133;A\x07", "\x1bP$q\x1b\\", "\x1b]13", "38;x\x07", "\x1b]133", ";A\x07", "P0q", "]1337;"]) {
    expect(other.sees(text), JSON.stringify(text)).toBe(false);
  }
});

test("wishes are read, and nothing is read from the clipboard", () => {
  expect(parseTask("4;1;42")).toEqual({ type: "task", state: "running", percent: 42 });
  expect(parseTask("4;0")).toEqual({ type: "task", state: "none", percent: 0 });
  for (const bad of ["4;5;1", "4", "4;1;x", "5;1"]) expect(parseTask(bad), bad).toBeUndefined();
  expect(parseCopy("c;dGV4dA==")).toEqual({ type: "copy", text: "text" });
  for (const bad of ["c;?", "c;", "c;%%", "x;dGV4dA==", "c;/w==", `c;${"A".repeat(1_400_000)}`]) expect(parseCopy(bad)).toBeUndefined();
  expect(parseNotify("notify;a;b;c")).toEqual({ type: "notify", title: "a", body: "b;c" });
  expect(parseNotify("other;a")).toBeUndefined();
  const nine = WISHES.find(([number]) => number === 9)![1];
  expect(nine("tea is \x1bready\u202e")).toEqual({ type: "notify", title: "", body: "tea is ready" });
  expect(nine("9;/path")).toBeUndefined();
});
