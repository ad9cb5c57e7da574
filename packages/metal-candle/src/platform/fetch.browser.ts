/** The network door, the page's side: the browser's fetch, which knows its proxies. */

export async function networkFetch(): Promise<typeof fetch> {
  return globalThis.fetch.bind(globalThis);
}
