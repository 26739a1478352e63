// The example guests that cmd/guests has built, and why others are missing.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const DIST = process.env["DIST"] ?? fileURLToPath(new URL("../dist", import.meta.url));
const GUESTS = fileURLToPath(new URL("../build/guests", import.meta.url));

interface Manifest {
  guests: { name: string; file: string }[];
  skipped: { name: string; reason: string }[];
}

const path = `${GUESTS}/manifest.json`;
const manifest: Manifest = existsSync(path)
  ? (JSON.parse(readFileSync(path, "utf8")) as Manifest)
  : { guests: [], skipped: [] };

/** The guest's file, or the reason why there is none. */
export function findGuest(name: string): { bytes: Buffer } | { missing: string } {
  const entry = manifest.guests.find((guest) => guest.name === name);
  if (entry) return { bytes: readFileSync(`${GUESTS}/${entry.file}`) };
  const skipped = manifest.skipped.find((guest) => guest.name === name);
  return { missing: skipped?.reason ?? "make build has not built it" };
}
