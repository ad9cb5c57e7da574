/** What site.mjs exports, for tests. */
export function buildSite(folder: string, options?: { minify?: boolean }): Promise<void>;
