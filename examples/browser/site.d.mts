/** What site.mjs exports, for tests. */
export function buildSite(folder: string, options?: { minify?: boolean }): Promise<void>;
export function buildServiceWorker(folder: string): Promise<void>;
