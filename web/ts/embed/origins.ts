// Who may drive the shell of a frame. The site that serves embed.html says so, in it; an address
// cannot, for whoever embeds the frame writes that.

/** The list of a site: origins, such as https://docs.example.org, https://*.example.org for all below, or * for anybody. */
export type Origins = readonly string[];

const ORIGIN = /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?$|^https?:\/\/\[[0-9a-f:]+\](:\d+)?$/;

/** Reads a list with spaces between its origins; throws a TypeError that names what is none. */
export function parseOrigins(text: string): Origins {
  const list = text.split(/\s+/).filter(Boolean);
  const odd = list.find((origin) => origin !== "*" && !ORIGIN.test(origin));
  if (odd !== undefined) throw new TypeError(`${JSON.stringify(odd)} is no origin: they are written as in https://docs.example.org, https://*.example.org or *`);
  return list;
}

/** Whether origin may drive a frame of the origin own. */
export function mayDrive(origin: string, own: string, origins: Origins): boolean {
  if (origin === "null" || origin === "") return origins.includes("*");
  return origin === own || origins.some((allowed) => allowed === "*" || allowed === origin || below(origin, allowed));
}

// https://*.example.org is all hosts below example.org, at the same port, and not itself.
function below(origin: string, allowed: string): boolean {
  const [scheme, rest] = allowed.split("*") as [string, string | undefined];
  return rest !== undefined && scheme !== "" && origin.startsWith(scheme) && origin.endsWith(rest) && origin.length > scheme.length + rest.length;
}

/** The origin of the page that embeds this one: "" if there is none, "null" if it cannot be known. */
export function embedder(): string {
  if (parent === window) return "";
  try {
    return parent.location.origin; // it is ours, then
  } catch {
    const ancestors = (location as { ancestorOrigins?: DOMStringList }).ancestorOrigins;
    if (ancestors?.[0]) return ancestors[0];
    return document.referrer ? new URL(document.referrer).origin : "null";
  }
}
