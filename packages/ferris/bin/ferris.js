#!/usr/bin/env node
/**
 * The `ferris` command: checks that this Node is new enough and that ferris is built, then hands over to dist/cli/start.js.
 * Plain JavaScript that old versions of Node can read, and committed, since npm links a workspace's command only if it exists.
 */
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`ferris: needs Node 20.19 or newer; this is ${process.versions.node}\n`);
  process.exit(2);
}
const main = new URL("../dist/cli/start.js", import.meta.url);
if (!existsSync(main)) {
  process.stderr.write("ferris: not built yet; in the folder of the clone, run: npm run build\n");
  process.exit(2);
}
await import(main.href);
