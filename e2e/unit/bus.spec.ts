import { expect, test } from "@playwright/test";
import { Bus, BusError } from "../../web/ts/bus.ts";

test("a call reaches the package's method with copies", async () => {
  const bus = new Bus();
  const given = { list: [1, 2] };
  await bus.serve("math", { sum: (args) => (args as { list: number[] }).list.reduce((a, b) => a + b) });
  await bus.serve("spoil", { it: (args) => void (args as { list: number[] }).list.push(3) });
  await bus.call("spoil", "it", given);
  expect(await bus.call("math", "sum", given)).toBe(3);
});

test("failures have codes", async () => {
  const bus = new Bus();
  const serving = await bus.serve("p", {
    broken: () => {
      throw new Error("out of order");
    },
    refuses: () => {
      throw new BusError("permission_denied", "not you");
    },
    odd: () => () => 1,
    slow: () => new Promise(() => {}),
  });
  await expect(bus.call("nobody", "m")).rejects.toMatchObject({ code: "not_found" });
  await expect(bus.call("p", "toString")).rejects.toMatchObject({ code: "unimplemented" });
  await expect(bus.call("p", "broken")).rejects.toMatchObject({ code: "unknown", message: "out of order" });
  await expect(bus.call("p", "refuses")).rejects.toMatchObject({ code: "permission_denied" });
  await expect(bus.call("p", "odd")).rejects.toMatchObject({ code: "internal" });
  await expect(bus.call("p", "slow", () => 1)).rejects.toMatchObject({ code: "invalid_argument" });
  await expect(bus.serve("p", {})).rejects.toMatchObject({ code: "already_exists" });
  const open = bus.call("p", "slow");
  serving.close();
  await expect(open).rejects.toMatchObject({ code: "unavailable" });
  await expect(bus.call("p", "slow")).rejects.toMatchObject({ code: "not_found" });
});

test("a caller that leaves is told to the handler", async () => {
  const bus = new Bus();
  const { promise: told, resolve } = (() => {
    let resolve!: () => void;
    return { promise: new Promise<void>((r) => (resolve = r)), resolve };
  })();
  await bus.serve("p", {
    wait: (_, { signal }) => new Promise(() => signal.addEventListener("abort", () => resolve())),
  });
  const caller = new AbortController();
  const call = bus.call("p", "wait", undefined, { signal: caller.signal });
  caller.abort(new Error("no longer interested"));
  await expect(call).rejects.toThrow("no longer interested");
  await told;
});
