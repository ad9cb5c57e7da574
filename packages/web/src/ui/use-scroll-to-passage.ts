/** Brings the passage that a document was opened at into view, once it is there. */
import { useEffect } from "preact/hooks";

/** @param key another one is another passage */
export function useScrollToPassage(key: string): void {
  useEffect(() => {
    const passage = document.querySelector(".document .passage");
    // The document's own beginning needs no scrolling, and a reader who is at the top sees the head.
    passage?.scrollIntoView({ block: "center" });
  }, [key]);
}
