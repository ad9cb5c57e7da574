/**
 * The address of the page is its state: `#/search?q=rotate+keys&type=pdf`. Behind the hash, so that what somebody looks for is in no
 * server's log, and the page works below any path.
 */
import { computed, signal } from "@preact/signals";

export interface Route {
  /** The first word after the hash: which panel is open. */
  readonly panel: string;
  readonly query: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

export const route = computed<Route>(() => routeOf(hash.value));

export function routeOf(text: string): Route {
  const [, panel = "", query = ""] = /^#?\/?([^?]*)\??(.*)$/s.exec(text) ?? [];
  return { panel: panel === "" ? "search" : panel, query: new URLSearchParams(query) };
}

type Values = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** The address of a panel, for links. What is null, undefined or empty is left out. */
export function linkTo(panel: string, values: Values = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (each !== null && each !== undefined && each !== "") query.append(name, String(each));
    }
  }
  return `#/${panel}${query.size > 0 ? `?${query.toString()}` : ""}`;
}

/** Goes there. `replace`: without a step to go back to, as while somebody types. */
export function go(link: string, { replace = false } = {}): void {
  if (link === location.hash) return;
  if (replace) history.replaceState(history.state, "", link);
  else history.pushState(null, "", link);
  hash.value = link;
}
