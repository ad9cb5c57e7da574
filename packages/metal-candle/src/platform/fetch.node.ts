/**
 * The network door, Node's side: fetch, through the proxy that the environment names.
 *
 * Node 20's own fetch knows no proxies; undici's does, and is only loaded where a proxy is set.
 */

/** fetch as the environment wants it: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case, are honoured. */
export async function networkFetch(): Promise<typeof fetch> {
  const names = ["HTTPS_PROXY", "HTTP_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  if (!names.some((name) => process.env[name])) return globalThis.fetch;
  const { EnvHttpProxyAgent, fetch: proxiedFetch } = await import("undici");
  const dispatcher = new EnvHttpProxyAgent();
  return ((resource: string, init?: object) =>
    proxiedFetch(resource, { ...init, dispatcher })) as unknown as typeof fetch;
}
