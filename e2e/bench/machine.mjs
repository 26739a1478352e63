// What is done to the machine and asked of it while a work goes on.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { constants, cpus, setPriority } from "node:os";

/**
 * Keeps every core from sleeping, by loops that leave all of it to others, until what is
 * returned is called.
 */
export function keepAwake() {
  const loops = cpus().map(() => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  for (const { pid } of loops) setPriority(pid, constants.priority.PRIORITY_LOW);
  const stop = () => loops.forEach((loop) => loop.kill("SIGKILL"));
  process.once("exit", stop);
  return () => {
    stop();
    process.off("exit", stop);
  };
}

/** How much memory of the pages' processes is in use, now or at most since the last call, in MiB. */
async function resident(browser, field) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  let kib = 0;
  for (const { type, id } of processInfo) {
    if (type !== "renderer") continue;
    kib += Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]);
    writeFileSync(`/proc/${id}/clear_refs`, "5"); // the most begins anew
  }
  return kib / 1024;
}

/** Returns a function that tells by how many MiB the pages' memory has grown at most. */
export async function peakMemory(browser) {
  const before = await resident(browser, "VmRSS");
  return async () => Math.max(0, (await resident(browser, "VmHWM")) - before);
}
