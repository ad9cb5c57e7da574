/**
 * PostgreSQL's connection service file: `[name]`, then lines of `key=value`. libpq's own search: PGSERVICEFILE, else ~/.pg_service.conf, then
 * pg_service.conf in PGSYSCONFDIR.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../errors.ts";
import { readRegularFileSync } from "../../files/read-file.ts";

/** Settings by libpq's names. */
export type Service = Readonly<Record<string, string>>;

const mostBytes = 2 ** 20;

/** @throws UsageError that names the files that were looked at */
export function serviceNamed(name: string, environment: Readonly<Record<string, string | undefined>>): Service {
  const own =
    environment.PGSERVICEFILE ??
    (process.platform === "win32"
      ? join(environment.APPDATA ?? homedir(), "postgresql", ".pg_service.conf")
      : join(environment.HOME ?? homedir(), ".pg_service.conf"));
  const files = [own, ...(environment.PGSYSCONFDIR ? [join(environment.PGSYSCONFDIR, "pg_service.conf")] : [])];
  for (const file of files) {
    const service = parseServices(readIfThere(file)).get(name);
    if (service !== undefined) return service;
  }
  throw new UsageError(`there is no service "${name}" in ${files.join(" or ")}`);
}

/** Services by name. A later section of the same name counts no more, as with libpq. */
export function parseServices(text: string): Map<string, Service> {
  const services = new Map<string, Record<string, string>>();
  let current: Record<string, string> | null = null;
  for (const raw of text.split(/\r?\n/)) {
    const line = trimmed(raw);
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[") && line.endsWith("]")) {
      const name = line.slice(1, -1);
      current = {};
      if (!services.has(name)) services.set(name, current);
      continue;
    }
    const equals = line.indexOf("=");
    if (equals > 0 && current !== null) current[trimmed(line.slice(0, equals))] ??= trimmed(line.slice(equals + 1));
  }
  return services;
}

/** Without C's spaces at its ends: any other may be of a password. */
function trimmed(text: string): string {
  const isSpace = (at: number): boolean => " \t\n\v\f\r".includes(text.charAt(at));
  let [from, end] = [0, text.length];
  while (from < end && isSpace(from)) from++;
  while (end > from && isSpace(end - 1)) end--;
  return text.slice(from, end);
}

function readIfThere(path: string): string {
  try {
    return readRegularFileSync(path, { follow: true, mostBytes }).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new UsageError(`the service file ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
