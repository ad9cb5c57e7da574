/**
 * An Outlook message's container, written anew: the library that reads messages follows whatever a container says, and a chain of sectors or a
 * directory that turns back on itself keeps it busy until no memory is left. It gets one that our own reader (archive/compound-file.ts) has
 * gone through.
 */
import BurnerModule, { type Entry } from "@kenjiuno/msgreader/lib/Burner.js";
import { CompoundFile, type CompoundEntry } from "../../archive/compound-file.ts";

// A CommonJS module; some loaders unwrap it.
const { burn } = BurnerModule as { readonly burn: (entries: Entry[]) => Uint8Array };

/** Folders inside of each other: a message in a message takes two. */
const deepest = 40;
const [folder, stream, root] = [1, 2, 5] as const;
/** UTF-16 units of an entry's name. */
const longestName = 31;

/** @throws DocumentError when the bytes are not a compound file, or it is cut off */
export function soundContainer(bytes: Uint8Array): Uint8Array {
  const entries: Entry[] = [{ name: "Root Entry", type: root as Entry["type"], children: [], length: 0 }];
  add(0, new CompoundFile(bytes).contents(deepest));
  return burn(entries);

  function add(parent: number, inside: readonly CompoundEntry[]): void {
    for (const { name, content, children } of inside) {
      entries[parent]!.children!.push(entries.length);
      const index = entries.length;
      const common = { name: name.slice(0, longestName), type: (content ? stream : folder) as Entry["type"] };
      entries.push(
        content
          ? { ...common, length: content.length, binaryProvider: () => content }
          : { ...common, length: 0, children: [] },
      );
      add(index, children);
    }
  }
}
