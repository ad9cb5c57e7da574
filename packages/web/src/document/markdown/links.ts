/** Where a link in a document leads: to a place outside, to another document, or to a heading of the same one. */
import { documentLink, type PassagePlace } from "../document-link.ts";

export type LinkTarget =
  | { readonly kind: "outside"; readonly href: string }
  | { readonly kind: "document"; readonly href: string }
  | { readonly kind: "heading"; readonly slug: string }
  | { readonly kind: "none" };

/** Schemes that a click may follow: none of them runs anything. */
const followed = /^(?:https?|mailto):/i;

export function targetOf(href: string, { path, index }: PassagePlace): LinkTarget {
  if (followed.test(href)) return { kind: "outside", href };
  if (/^[a-z][\w+.-]*:|^\/\//i.test(href)) return { kind: "none" };
  if (href.startsWith("#")) return { kind: "heading", slug: slugOf(decoded(href.slice(1))) };
  const [file = ""] = decoded(href).split(/[#?]/);
  return file === "" ? { kind: "none" } : { kind: "document", href: documentLink({ path: beside(path, file), index }) };
}

/** As most programs name the headings of a document. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s+/g, "-");
}

/** The path of a file that is named from within the document at `path`. */
function beside(path: string, file: string): string {
  const separator = path.includes("\\") && !path.includes("/") ? "\\" : "/";
  const parts = file.startsWith("/") ? [""] : path.split(separator).slice(0, -1);
  for (const part of file.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join(separator);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
