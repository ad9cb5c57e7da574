/** pdf.js, as the page brings it: its bundler knows where the files are. */

/** What a page says of its pdf.js. */
export interface PdfjsSource {
  /** Imports the library and, for parsing in the same thread, its worker. */
  readonly load: () => Promise<unknown>;
  /** Where the library's folders `cmaps/` and `wasm/` are served. */
  readonly baseUrl: string;
}

let source: PdfjsSource | null = null;

/** To be called before a PDF is parsed. */
export function usePdfjs(given: PdfjsSource): void {
  source = given;
}

function known(): PdfjsSource {
  if (source === null) throw new Error("this page has no pdf.js");
  return source;
}

/** Untyped: what is reachable from an entry point may not name the types of a library that is not installed with it. */
export async function importPdfjs(): Promise<unknown> {
  return known().load();
}

/** A folder of its data, with a slash at the end. */
export function pdfjsFolder(name: "cmaps" | "wasm"): string {
  return new URL(`${name}/`, known().baseUrl).href;
}
