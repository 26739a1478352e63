// What the user of a shell has granted to its programs, kept beside the shell's store.
// It is not among the shell's files: what programs can write is no place for what they may.

const KEY = "bushel.grants.";

/** What the user of the shell with this store has granted; a shell without one forgets it. */
export function loadGrants(store: string): string {
  try {
    return (store && localStorage.getItem(KEY + store)) || "";
  } catch {
    return ""; // the browser keeps nothing for this page
  }
}

export function saveGrants(store: string, grants: string): void {
  try {
    if (store) localStorage.setItem(KEY + store, grants);
  } catch {
    // They hold until the shell ends.
  }
}
