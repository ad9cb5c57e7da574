/**
 * A document by the path that an assistant writes: absolute, or the end of one, such as `faq/general.html`.
 */
import { UsageError } from "../errors.ts";
import type { StoredDocument } from "../store/store.ts";
import type { NamedFerris } from "../several-indexes.ts";
import type { McpIndexes } from "./indexes.ts";

const mostNamed = 5;

export interface FoundDocument extends NamedFerris {
  readonly document: StoredDocument;
}

/** @throws UsageError where no document has this path, or several end in it */
export async function findDocument(
  indexes: McpIndexes,
  path: string,
  index: string | undefined,
): Promise<FoundDocument> {
  const found: FoundDocument[] = [];
  for (const named of indexes.chosen(index)) {
    const documents = await named.ferris.documents({ filter: { paths: [withoutGlobs(path)] } });
    found.push(...documents.map((document) => ({ ...named, document })));
  }
  const exact = found.filter(({ document }) => document.path === path);
  const [first, second] = exact.length > 0 ? exact : found;
  if (!first) throw new UsageError(`${path} is not in the index`);
  if (!second) return first;
  const paths = found
    .slice(0, mostNamed)
    .map(({ document, name }) => (indexes.isSingle ? document.path : `${document.path} (index ${name})`));
  throw new UsageError(`${found.length} documents are called ${path}: ${paths.join(", ")}; give more of the path`);
}

/** The path as a pattern that matches it alone. */
function withoutGlobs(path: string): string {
  // A pattern is matched against every tail of a path, and a tail has no slash in front.
  return path.replace(/^(?:\.\/)+/, "").replace(/[*?[\]{}()!+@\\|]/g, "\\$&");
}
