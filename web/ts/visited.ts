// Which modules this browser has fetched before for this page's origin, as far as the page may keep
// anything. It is a guess at what the browser's cache has: a wrong one costs the bar its steps.

const KEY = "bushel.fetched.";

/** Whether the module at url was fetched before, when it had as many bytes as now. */
export function wasFetched(url: string, bytes: number): boolean {
  try {
    return bytes > 0 && localStorage.getItem(KEY + url) === String(bytes);
  } catch {
    return false; // the browser keeps nothing for this page
  }
}

/** Notes that the module at url has come whole. */
export function noteFetched(url: string, bytes: number): void {
  try {
    if (bytes > 0) localStorage.setItem(KEY + url, String(bytes));
  } catch {
    // Its bytes are counted the next time too.
  }
}
