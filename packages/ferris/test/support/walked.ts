/** What a walk over folders gives and leaves out, for tests of the walk and of what must agree with it. */
import { relative } from "node:path";
import { resolveRoots, walk, type WalkOptions } from "../../src/documents/walk/walk.ts";

/** Files and skips by path relative to `base`. Files above 1,000 bytes are too large. */
export async function walked(base: string, paths: string[] = [base], options: Partial<WalkOptions> = {}) {
  const skipped: Record<string, string> = {};
  const messages: string[] = [];
  const files: string[] = [];
  const found = walk(await resolveRoots(paths), {
    maxFileBytes: 1000,
    onSkip: (reason, path, message) => {
      skipped[relative(base, path)] = reason;
      if (message) messages.push(message);
    },
    ...options,
  });
  for await (const file of found) files.push(relative(base, file.path));
  return { files, skipped, messages };
}
