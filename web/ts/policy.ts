// What the programs of a shell may use of services, hosts and paths, as the page says
// by the element's attribute policy.

/** What is to be done about a use: do it, ask the user, or refuse it. */
export type Decision = "allow" | "ask" | "deny";

/** Decisions by pattern, such as {"http:*.example.com": "allow", "net": "deny"}, or a list of patterns that are allowed. The narrowest decides. */
export type Policy = Readonly<Record<string, Decision>> | readonly string[];

// As grant.ParsePattern in Go has them.
const PATTERN = /^(\*|[a-z0-9._-]+(:(\/[^\s\x7f]*|(\*\.)?[^\s\x7f*]+|\*))?)$/;

/** The policy in a text of JSON; empty is none. Throws a TypeError that names what is wrong. */
export function parsePolicy(text: string): Policy | undefined {
  if (!text.trim()) return undefined;
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new TypeError(`it is no JSON: ${text.slice(0, 100)}`);
  }
  if (typeof policy !== "object" || policy === null) throw new TypeError('it is written as in {"http:example.com": "allow", "*": "deny"}');
  const rules: [unknown, unknown][] = Array.isArray(policy) ? policy.map((pattern) => [pattern, "allow"]) : Object.entries(policy);
  for (const [pattern, decision] of rules) {
    if (typeof pattern !== "string" || !PATTERN.test(pattern)) throw new TypeError(`${JSON.stringify(pattern)} is no pattern: they are written as in http:*.example.com`);
    if (decision !== "allow" && decision !== "ask" && decision !== "deny") throw new TypeError(`${JSON.stringify(decision)} is none of allow, ask and deny`);
  }
  return policy as Policy;
}
