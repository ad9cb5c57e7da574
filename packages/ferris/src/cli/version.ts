/** The version of this ferris, from its package.json: two folders up from dist/cli as from src/cli. */
import { readFileSync } from "node:fs";

export function versionOfFerris(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
