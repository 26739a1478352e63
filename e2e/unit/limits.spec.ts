// The limits that the element's attribute and the options of run name.
import { expect, test } from "@playwright/test";
import { type Limits, parseLimits } from "../../web/ts/limits.ts";

const GOOD: [limits: Limits | string | null | undefined, pairs: [kind: number, value: number][]][] = [
  [null, []],
  ["", []],
  ["memory=64M cpu=10s files=64 output=10M processes=32 pipe=1M instructions=100M filesize=1.5k", [
    [4, 64 << 20], [6, 10e9], [1, 64], [5, 10 << 20], [2, 32], [7, 1 << 20], [8, 1e8], [3, 1536],
  ]],
  ["memory=1GiB, cpu=500ms; cpu=2m", [[4, 2 ** 30], [6, 5e8], [6, 120e9]]],
  ["files=0 cpu=unlimited", [[1, 0], [6, 0]]],
  [{ memory: 1000, cpu: 2, pipe: "64K" }, [[4, 1000], [6, 2e9], [7, 65536]]],
];

for (const [limits, pairs] of GOOD) {
  test(`limits ${JSON.stringify(limits)}`, () => {
    expect(parseLimits(limits).map(({ kind, value }) => [kind, value])).toEqual(pairs);
  });
}

const BAD: [limits: string, message: string][] = [
  ["memroy=1M", `"memroy" is no limit: there are files, processes, filesize, memory, output, cpu, pipe, instructions`],
  ["toString=1", `"toString" is no limit`],
  ["memory", `"" is no amount: limits are written as in memory=64M`],
  ["memory=-1", `"-1" is no amount`],
  ["memory=lots", `"lots" is no amount`],
  ["cpu=10q", `"10q" is no amount: limits are written as in cpu=10s`],
  ["memory=99999999T", `"99999999T" is no amount`],
];

for (const [limits, message] of BAD) {
  test(`no limits: ${limits}`, () => expect(() => parseLimits(limits)).toThrow(message));
}
