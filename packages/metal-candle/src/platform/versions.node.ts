/** The versions door, Node's side: what is installed, for diagnoses. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Version of an installed package, metal-candle itself included; null where it is not installed. */
export function packageVersion(name: string): string | null {
  if (name === "metal-candle") return versionIn(fileURLToPath(new URL("../../package.json", import.meta.url)));
  // Packages need not export their package.json, so it is looked for where Node looks for the package.
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const version = versionIn(join(folder, name, "package.json"));
    if (version !== null) return version;
  }
  return null;
}

function versionIn(path: string): string | null {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { version?: string }).version ?? null;
  } catch {
    return null;
  }
}

/** Operating system, processor architecture and runtime. */
export function platformName(): string {
  const { bun, deno, electron, node } = process.versions as Record<string, string | undefined>;
  // Those that stand in for Node give Node's version, too.
  const runtime = Object.entries({ Bun: bun, Deno: deno, Electron: electron, Node: node }).find(
    ([, is]) => is !== undefined,
  );
  return `${process.platform} ${process.arch}, ${runtime?.join(" ")}`;
}
