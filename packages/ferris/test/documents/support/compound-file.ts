/** Compound files (OLE) with given streams, for what Office puts into its documents. */
import burner from "@kenjiuno/msgreader/lib/Burner.js";

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly length: number;
  binaryProvider?: () => Uint8Array;
  children?: number[];
}

const kinds = { folder: 1, stream: 2, root: 5 };

/** `streams` by their paths: "ObjectPool/_1/CONTENTS". */
export function compoundFile(streams: Readonly<Record<string, Uint8Array | string>>): Uint8Array {
  const entries: Entry[] = [{ name: "Root Entry", type: kinds.root, length: 0, children: [] }];
  const folders = new Map<string, Entry>([["", entries[0]]]);
  for (const [path, content] of Object.entries(streams)) {
    const names = path.split("/");
    let folder = entries[0];
    names.slice(0, -1).forEach((name, depth) => {
      const key = names.slice(0, depth + 1).join("/");
      let next = folders.get(key);
      if (!next) {
        next = { name, type: kinds.folder, length: 0, children: [] };
        folders.set(key, next);
        folder.children!.push(entries.push(next) - 1);
      }
      folder = next;
    });
    // Copied: what writes it takes the whole memory that a small Buffer is a part of.
    const bytes = Uint8Array.from(typeof content === "string" ? Buffer.from(content, "latin1") : content);
    const entry = { name: names.at(-1)!, type: kinds.stream, length: bytes.length, binaryProvider: () => bytes };
    folder.children!.push(entries.push(entry) - 1);
  }
  return burner.burn(entries as never);
}

/** What the Packager writes for a file: its name, where it came from, and its bytes. */
export function packaged(name: string, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const text = (words: string) => Buffer.from(`${words}\0`, "latin1");
  const path = `C:\\files\\${name}`;
  return Buffer.concat([
    Uint8Array.of(2, 0),
    text(name),
    text(path),
    Uint8Array.of(0, 0, 3, 0),
    number32(path.length + 1),
    text(path),
    number32(bytes.length),
    bytes,
  ]);
}

/** The stream of that name: the package behind its length. */
export function nativeStream(name: string, content: Uint8Array | string): Uint8Array {
  const inner = packaged(name, content);
  return Buffer.concat([number32(inner.length), inner]);
}

export function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
