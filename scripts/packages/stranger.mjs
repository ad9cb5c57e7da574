/** Runs programs as a stranger's machine would: an empty HOME, no settings of this repository, packages from a registry of ours. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Not synchronously: the registry that a package manager asks is in this process. */
export async function runIn(cwd, home, url, argv, { variables = {}, timeout } = {}) {
  const env = {
    ...process.env,
    HOME: home,
    npm_config_registry: url,
    npm_config_cache: join(home, ".npm"),
    NODE_OPTIONS: "",
    ...variables,
  };
  // Set by `npm run` for its own scripts; a stranger has none of them.
  for (const key of Object.keys(env)) {
    if (/^npm_(?!config_(registry|cache)$)/.test(key) || key === "INIT_CWD") delete env[key];
  }
  const child = spawn(argv[0], argv.slice(1), { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status, signal] = await ended;
  return { status: status ?? signal, stdout, stderr };
}

export function said({ status, stdout, stderr }) {
  return `exit code ${status}\n${stdout}${stderr}`;
}
