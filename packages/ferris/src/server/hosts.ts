/**
 * Whom a browser may speak for: a page of the internet, open in the user's browser, must not read their documents through a server on
 * this machine. So the Host must be one of this server's names (a page can make its own name resolve to 127.0.0.1), and an Origin, which
 * browsers send and programs do not, must be this server's or one that was allowed.
 */
import { Problem } from "./problems.ts";

export interface HostRules {
  /** The address that is listened on. */
  readonly host: string;
  /** Further names of this server. */
  readonly allowedHosts: readonly string[];
  /** Origins of pages that may call: `https://example.org`. */
  readonly allowedOrigins: readonly string[];
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

export class HostCheck {
  readonly #names: ReadonlySet<string> | null;
  readonly #origins: ReadonlySet<string>;

  constructor({ host, allowedHosts, allowedOrigins }: HostRules) {
    const name = host.includes(":") ? `[${host}]` : host.toLowerCase();
    // Who listens on all addresses is known by names that nobody here knows; keys protect those.
    const isOpen = !loopback.has(name) && allowedHosts.length === 0;
    this.#names = isOpen ? null : new Set([...loopback, name, ...allowedHosts.map((each) => each.toLowerCase())]);
    this.#origins = new Set(allowedOrigins);
  }

  /** @throws Problem for a name that is not this server's, or a page that may not call it */
  check(host: string | undefined, origin: string | undefined): void {
    const name = hostName(host);
    if (this.#names !== null && (name === null || !this.#names.has(name))) {
      throw new Problem("forbidden", `this server is not called ${JSON.stringify((host ?? "").slice(0, 100))}`);
    }
    if (origin === undefined || this.allows(origin)) return;
    if (URL.canParse(origin) && host !== undefined && new URL(origin).host === host) return;
    throw new Problem("forbidden", `pages of ${JSON.stringify(origin.slice(0, 100))} may not call this server`);
  }

  /** Whether pages of `origin` may read answers. */
  allows(origin: string): boolean {
    return this.#origins.has(origin);
  }
}

/** The name without its port. */
function hostName(host: string | undefined): string | null {
  return /^(\[[^\]]+\]|[^:]+)(?::\d+)?$/.exec(host?.toLowerCase() ?? "")?.[1] ?? null;
}
