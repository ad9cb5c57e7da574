/**
 * The environment variables that have a say in a command: those that it reads for its caller go to the server, and those that decide how
 * models are found and run must be the server's own.
 */

type Environment = Readonly<Record<string, string | undefined>>;

const ownPrefixes = /^(?:FERRIS_|NO_COLOR$|FORCE_COLOR$|FORCE_HYPERLINK$|TERM$|XDG_CONFIG_HOME$|APPDATA$|LANG$|LC_)/;
const enginePrefixes =
  /^(?:HF_|HUGGINGFACE_|HUGGING_FACE_|METAL_CANDLE_|XDG_CACHE_HOME$|LOCALAPPDATA$|HOME$|USERPROFILE$|https?_proxy$|all_proxy$|no_proxy$|VK_DRIVER_FILES$|VK_ICD_FILENAMES$)/i;

function pick(environment: Environment, names: RegExp): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && names.test(name)) picked[name] = value;
  }
  return picked;
}

/** What goes to the server. */
export function sharedVariables(environment: Environment): Record<string, string> {
  return { ...pick(environment, ownPrefixes), ...pick(environment, enginePrefixes) };
}

/** The name of a variable by which models would be found or run in another way here than there; null: none. */
export function differingVariable(theirs: Environment, ours: Environment): string | null {
  const [a, b] = [pick(theirs, enginePrefixes), pick(ours, enginePrefixes)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].find((name) => a[name] !== b[name]) ?? null;
}
