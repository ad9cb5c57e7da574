/**
 * What the formats of Microsoft Office share: parts of a package that name each other through relations.
 */
import { posix } from "node:path";
import type { Archive } from "./archive.ts";
import { readXml } from "./xml.ts";

/** Names of the parts that `part` relates to, by relation id; with `type`, only those whose type ends with it. */
export function relationsOf(archive: Archive, part: string, type = ""): Map<string, string> {
  const relations = new Map<string, string>();
  const file = posix.join(posix.dirname(part), "_rels", `${posix.basename(part)}.rels`);
  readXml(archive.text(file) ?? "", {
    open(name, attributes) {
      if (name !== "Relationship" || attributes.TargetMode === "External") return;
      if (!(attributes.Type ?? "").endsWith(type)) return;
      const target = posix.resolve("/", posix.dirname(part), attributes.Target ?? "").slice(1);
      relations.set(attributes.Id ?? "", target);
    },
  });
  return relations;
}
