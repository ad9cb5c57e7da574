/**
 * Finds what is in force: flag, else environment, else the nearest ferris.json, else the user's own file, else the default.
 *
 * Every value comes with its origin, for `ferris config` and for error messages. A ferris.json may have come with a clone, so
 * it is data and untrusted: it sets what `settings.ts` marks as safe, and anything else in it is an error that says so.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import { readRegularFileSync } from "../../files/read-file.ts";
import { type SettingName, settingNames, settings, type SettingValues } from "./settings.ts";

const mostSettingsBytes = 2 ** 20;

/** Where a value came from. `where` is the flag, the variable, or the file's path. */
export interface Origin {
  readonly kind: "flag" | "environment" | "folder file" | "user file" | "default";
  readonly where: string | null;
}

export interface ResolvedSettings {
  readonly values: Readonly<SettingValues>;
  readonly origins: Readonly<Record<SettingName, Origin>>;
  /** The files that were read. */
  readonly files: readonly string[];
}

export interface ResolveOptions {
  /** Values of flags that were given, as the command line parsed them: texts, lists of texts, booleans. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where looking for ferris.json begins. */
  readonly folder: string;
}

/** The user's own file: $XDG_CONFIG_HOME/ferris/config.json, else ~/.config/ferris/config.json; on Windows under %APPDATA%. */
export function userFile(
  environment: Readonly<Record<string, string | undefined>>,
  platform = process.platform,
): string {
  const base =
    platform === "win32"
      ? (environment.APPDATA ?? join(homedir(), "AppData", "Roaming"))
      : environment.XDG_CONFIG_HOME || join(homedir(), ".config");
  return join(base, "ferris", "config.json");
}

/**
 * All settings and their origins.
 *
 * @throws UsageError for a value out of its range, a file that is not JSON, or a name that the file may not set
 */
export function resolveSettings({ flags, environment, folder }: ResolveOptions): ResolvedSettings {
  const folderFile = nearestFile(folder);
  const ownPath = userFile(environment);
  const ownText = readIfThere(ownPath);
  const fromFolder = folderFile === null ? {} : parseFile(folderFile.path, folderFile.text, ownPath);
  const fromUser = ownText === null ? {} : parseFile(ownPath, ownText, null);

  const values: Record<string, unknown> = {};
  const origins = {} as Record<SettingName, Origin>;
  for (const name of settingNames) {
    const setting = settings[name];
    const variable = environment[setting.variable];
    let given: unknown = setting.defaultValue;
    let origin: Origin = { kind: "default", where: null };
    if (flags[name] !== undefined) {
      given = typeof flags[name] === "string" ? setting.fromText(flags[name]) : flags[name];
      origin = { kind: "flag", where: setting.flag };
    } else if (variable !== undefined && variable !== "") {
      given = setting.fromText(variable);
      origin = { kind: "environment", where: setting.variable };
    } else if (name in fromFolder) {
      given = fromFolder[name];
      origin = { kind: "folder file", where: folderFile!.path };
    } else if (name in fromUser) {
      given = fromUser[name];
      origin = { kind: "user file", where: ownPath };
    }
    origins[name] = origin;
    values[name] = origin.kind === "default" ? given : checked(name, given, origin);
  }
  const files = [...(folderFile ? [folderFile.path] : []), ...(ownText === null ? [] : [ownPath])];
  return { values: values as unknown as SettingValues, origins, files };
}

function checked(name: SettingName, given: unknown, { kind, where }: Origin): unknown {
  const { inFolderFileOnly: only } = settings[name];
  const isTooMuch = kind === "folder file" && only !== undefined && !only.includes(given as string);
  const result = isTooMuch ? { mustBe: `${only.join(" or ")} in a folder's file` } : settings[name].check(given);
  if ("value" in result) return result.value;
  const place = kind === "flag" || kind === "environment" ? where : `"${name}" in ${where}`;
  const { show } = settings[name];
  const shown = typeof given === "string" ? `"${show ? show(given) : given}"` : JSON.stringify(given);
  throw new UsageError(`${place} is ${shown}: it must be ${result.mustBe}`);
}

function nearestFile(from: string): { path: string; text: string } | null {
  for (let folder = from; ;) {
    const path = join(folder, "ferris.json");
    const text = readIfThere(path);
    if (text !== null) return { path, text };
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

function readIfThere(path: string): string | null {
  // Also false below a folder that we may not enter, which is not a reason to fail: nobody said that there is a file.
  if (!existsSync(path)) return null;
  try {
    const bytes = readRegularFileSync(path, { follow: true, mostBytes: mostSettingsBytes });
    if (bytes.length <= mostSettingsBytes) return bytes.toString();
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  throw new UsageError(`${path} is larger than ${mostSettingsBytes} bytes, the limit for a settings file`);
}

/** `ownPath` is the user's file when `path` is a folder's, else null. */
function parseFile(path: string, text: string, ownPath: string | null): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new UsageError(`${path} must hold one JSON object, such as {"exclude": ["drafts/**"]}`);
  }
  const allowed = settingNames.filter((name) => ownPath === null || settings[name].inFolderFile);
  for (const name of Object.keys(parsed)) {
    if ((allowed as string[]).includes(name)) continue;
    const known = (settingNames as string[]).includes(name);
    const problem = known
      ? `sets "${name}", which a folder's file may not: it belongs in ${ownPath}, a flag or the environment`
      : `has an unknown setting "${name}"`;
    throw new UsageError(`${path} ${problem}; allowed here: ${allowed.join(", ")}`);
  }
  return parsed as Record<string, unknown>;
}
