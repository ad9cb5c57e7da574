/** Files from a drop, a picker or the site's samples, each with its path below what was given. */
import type { IncomingFile } from "../protocol.ts";

/** What was dropped; folders with all that is in them. To be called before the event is over, which takes its files away. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<IncomingFile[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  // Some programs drop files that have no entry.
  const bare = [...files].map((file) => ({ path: `/${file.name}`, file }));
  return entries.length > 0 ? allOf(entries) : bare;
}

async function allOf(entries: readonly FileSystemEntry[]): Promise<IncomingFile[]> {
  const found: IncomingFile[] = [];
  const left = [...entries];
  for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
    const { fullPath } = entry;
    if (entry.isDirectory) {
      // Folders full of other programs' files are not worth listing.
      if (!/\/(?:node_modules|\.git)$/.test(fullPath))
        left.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
    } else {
      const file = await new Promise<File | null>((resolve) => {
        (entry as FileSystemFileEntry).file(resolve, () => resolve(null));
      });
      if (file !== null) found.push({ path: fullPath, file });
    }
  }
  return found;
}

/** A folder is read in parts of a hundred. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (part.length === 0) return all;
    all.push(...part);
  }
}

/** What was chosen in a file input; with `webkitdirectory`, the files of a folder. */
export function chosenFiles(input: HTMLInputElement): IncomingFile[] {
  const files = [...(input.files ?? [])].map((file) => ({ path: `/${file.webkitRelativePath || file.name}`, file }));
  // So that the same files can be chosen again.
  input.value = "";
  return files;
}

interface Picker {
  showDirectoryPicker?: (options: object) => Promise<FileSystemDirectoryHandle>;
}

/** A folder by the browser's own picker; null where it has none, or nobody chose. */
export async function pickedFolder(): Promise<IncomingFile[] | null> {
  const { showDirectoryPicker } = globalThis as Picker;
  if (showDirectoryPicker === undefined) return null;
  try {
    const folder = await showDirectoryPicker.call(globalThis, { id: "documents", mode: "read" });
    const found: IncomingFile[] = [];
    await addFolder(folder, `/${folder.name}`, found);
    return found;
  } catch (error) {
    if ((error as Error).name === "AbortError") return [];
    throw error;
  }
}

async function addFolder(folder: FileSystemDirectoryHandle, path: string, found: IncomingFile[]): Promise<void> {
  for await (const [name, handle] of folder.entries()) {
    const below = `${path}/${name}`;
    if (handle.kind === "file") found.push({ path: below, file: await (handle as FileSystemFileHandle).getFile() });
    else if (!/^(?:node_modules|\.git)$/.test(name)) await addFolder(handle as FileSystemDirectoryHandle, below, found);
  }
}

/** The documents that come with the site. */
export async function sampleFiles(): Promise<IncomingFile[]> {
  const names = (await (await fetch("./samples/names.json")).json()) as string[];
  return Promise.all(
    names.map(async (name) => {
      const file = new File([await (await fetch(`./samples/${name}`)).blob()], name, { lastModified: 0 });
      return { path: `/samples/${name}`, file };
    }),
  );
}
