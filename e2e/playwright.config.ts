// Three kinds of tests: unit (the page's scripts in Node), chromium and firefox
// (the site in dist, from a server that sends no header of ours). Browsers are
// the system's; nothing is downloaded.
import { defineConfig, type Project } from "@playwright/test";
import { CHROMIUM } from "./chromium.mjs";
import { NO_SPEAKER } from "./speaker.ts";

const chromium: Project["use"] = {
  browserName: "chromium",
  screenshot: "only-on-failure",
  launchOptions: {
    ...CHROMIUM,
    env: { ...(process.env as Record<string, string>), ...NO_SPEAKER },
  },
};

export default defineConfig({
  outputDir: "results",
  reporter: [["list"]],
  forbidOnly: Boolean(process.env["CI"]),
  fullyParallel: false,
  workers: Number(process.env["E2E_WORKERS"] ?? 1),
  timeout: 60_000,
  // A machine that others share may stall for seconds; what fails twice has failed.
  retries: process.env["CI"] ? 1 : 0,
  globalTimeout: 35 * 60_000,
  expect: { timeout: 15_000 },
  projects: [
    { name: "unit", testDir: "unit", timeout: 10_000 },
    { name: "chromium", testDir: "tests", use: chromium },
    { name: "firefox", testDir: "firefox" },
    // No tests: make screenshot and make demos name them.
    { name: "screenshot", testDir: "tools", testMatch: "screenshot.spec.ts", use: chromium },
    { name: "demos", testDir: "tools", testMatch: "demos.spec.ts", use: chromium },
  ],
});
