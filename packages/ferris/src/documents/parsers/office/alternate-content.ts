/**
 * mc:AlternateContent: the same thing in several versions, of which one is read.
 */
import { type XmlElement, childElements, childNamed } from "../../xml/xml-tree.ts";

/** What is in the version to read: the newest, which says most; the fallback is often a picture of it. */
export function chosen(alternate: XmlElement): XmlElement[] {
  const choice = childElements(alternate).find(({ name, children }) => name === "mc:Choice" && children.length > 0);
  const version = choice ?? childNamed(alternate, "mc:Fallback");
  return version ? childElements(version) : [];
}
