/** How the system's Chromium is started, by everything here that drives it; CHROMIUM names another one. */
export const CHROMIUM = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
  ],
};

/** Waits for the first prompt of the shell of the site's page. */
export async function prompted(page) {
  await page.waitForFunction(() => globalThis.shell !== undefined);
  await page.evaluate(() => shell.ready);
}

/** Opens the site's page and waits for its shell's prompt. */
export async function openShell(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  await prompted(page);
  return page;
}
