/** Runs programs as a stranger's machine would: an empty HOME, no settings of this repository, packages from a registry of ours. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

/** A project's folder with nothing in it but a manifest, and these files by their paths. */
export function makeFolder(folder, files = {}, manifest = {}) {
  mkdirSync(folder, { recursive: true });
  const whole = { name: "stranger", version: "1.0.0", private: true, type: "module", ...manifest };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(whole)}\n`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/**
 * Runs a program to its end. Not synchronously: the registry that a package manager asks is in this process.
 * @param options.variables of the environment; undefined takes one away
 * @param options.user runs it as this user's number, where we are root
 */
export async function runIn(cwd, home, url, argv, { variables = {}, timeout, user } = {}) {
  const env = {
    ...process.env,
    HOME: home,
    npm_config_registry: url,
    npm_config_cache: join(home, ".npm"),
    NODE_OPTIONS: "",
    ...variables,
  };
  // Set by `npm run` for its own scripts, and by CI: a stranger has none of them.
  for (const key of Object.keys(env)) {
    if (/^npm_(?!config_(registry|cache)$)/.test(key) || key === "INIT_CWD" || key === "CI") delete env[key];
  }
  for (const [key, value] of Object.entries(env)) if (value === undefined) delete env[key];
  const child = spawn(argv[0], argv.slice(1), {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
    uid: user,
    gid: user,
  });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status, signal] = await ended;
  return { status: status ?? signal, stdout, stderr };
}

export function said({ status, stdout, stderr }) {
  return `exit code ${status}\n${stdout}${stderr}`;
}
