// Why a request has failed. Browsers do not say, so that pages learn nothing of other
// servers; what can be known is whether there is a server at all.
import type { Failure } from "./fetcher.ts";

/** The hosts that pages of https may reach by http too. */
const LOCAL = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** How long a server may take to answer the question, in milliseconds. */
const PATIENCE = 5000;

/** Says in one sentence why a request to target has failed with error. */
export async function whyNot(target: URL, error: unknown, signal: AbortSignal): Promise<[Failure["kind"], string]> {
  if (!(error instanceof TypeError)) return ["network", error instanceof Error ? error.message : String(error)];
  const origin = self.location.origin;
  if (self.location.protocol === "https:" && target.protocol === "http:" && !LOCAL.test(target.hostname)) {
    return ["refused", `a page of ${origin} may not reach ${target.origin}: what came by https may not use http`];
  }
  const gone = `the server ${target.host} cannot be reached`;
  if (!navigator.onLine && !LOCAL.test(target.hostname)) return ["network", `${gone}: the browser is offline`];
  if (target.origin === origin) return ["network", gone];
  // A request whose answer the page may not see succeeds wherever there is a server.
  try {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
    await fetch(target, { method: "HEAD", mode: "no-cors", credentials: "omit", cache: "no-store", signal: stop });
  } catch {
    if (self.crossOriginIsolated) {
      return ["network", `${gone}, or does not allow this page to read it (CORS): one that is isolated cannot know which`];
    }
    return ["network", gone];
  }
  return ["refused", `${target.origin} does not allow this page to read it (CORS)`];
}
