/** What every view of a document is given. */
import type { DocumentLines } from "./document-client.ts";
import type { PassagePlace } from "./document-link.ts";

export interface ViewProps {
  readonly place: PassagePlace;
  readonly document: DocumentLines;
}
