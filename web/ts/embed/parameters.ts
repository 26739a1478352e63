// What the address of embed.html says of its shell. An address may be anybody's: what the site has
// written into embed.html stands, and who may not drive the shell gets one that has nothing of the reader's.

import { parsePolicy, type Policy } from "../policy.ts";

/** The parameters that are attributes of the element, by the same names. */
const ATTRIBUTES = ["engine", "boot", "theme", "rows", "files", "packages", "init", "prompt", "welcome", "readonly", "limits", "policy", "log", "screenreader", "persist", "aria-label"];

/** What reaches hosts, as patterns of a policy name it. */
const SERVICES = ["net", "http", "ws", "mount", "tcp"];

/** What is to be told of an address. */
export interface Applied {
  /** A line that is typed at the first prompt. */
  run: string | undefined;
  /** What of it is not taken, a sentence each. */
  refused: string[];
}

/** Puts the parameters on the element. trusted: who embeds the page may drive the shell. */
export function apply(shell: HTMLElement, query: URLSearchParams, trusted: boolean): Applied {
  const refused: string[] = [];
  for (const [name, value] of query) {
    if (name === "run") continue;
    const why = refusal(shell, name, value, trusted);
    if (why) refused.push(why);
    else if (name === "readonly" || name === "screenreader") shell.toggleAttribute(name, value !== "0" && value !== "false");
    else shell.setAttribute(name, value);
  }
  if (!shell.hasAttribute("persist")) shell.setAttribute("persist", "none");
  if (!trusted) keepFromReader(shell);
  return { run: query.get("run") ?? undefined, refused };
}

/** Takes from the shell what is the reader's: cookies, and what only the reader's network sees of the site. */
export function keepFromReader(shell: HTMLElement): void {
  shell.setAttribute("credentials", "omit");
  shell.setAttribute("policy", withoutSite(shell.getAttribute("policy") ?? "", location.hostname));
}

function refusal(shell: HTMLElement, name: string, value: string, trusted: boolean): string {
  if (!ATTRIBUTES.includes(name)) return `there is no parameter ${name}`;
  if (shell.hasAttribute(name)) return `the site that serves the frame has set ${name} itself`;
  if (name === "persist" && !trusted && value !== "none") return "files that last are only for pages that may drive the shell";
  if (name === "files" && !trusted && new URL(value, location.href).origin === location.origin) {
    return "files of the frame's own site are only for pages that may drive the shell";
  }
  return "";
}

/**
 * The policy with the site's own host denied, which the reader may reach and the embedding page may
 * not. A policy that makes no sense is left for the element to tell.
 */
export function withoutSite(text: string, host: string): string {
  let policy: Policy | undefined;
  try {
    policy = parsePolicy(text);
  } catch {
    return text;
  }
  const rules = Array.isArray(policy) ? policy.map((pattern: string) => [pattern, "allow"] as const) : Object.entries(policy ?? {});
  // Rules for ports of the host would be narrower than ours.
  const kept = rules.filter(([pattern]) => !SERVICES.some((service) => [`${service}:${host}:`, `${service}:${host}.:`].some((narrow) => pattern.toLowerCase().startsWith(narrow))));
  const denied = SERVICES.map((service) => [`${service}:${host}`, "deny"] as const);
  return JSON.stringify(Object.fromEntries([...kept, ...denied]));
}
