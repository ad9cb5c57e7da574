/** A leading `~`, wherever no shell has replaced it: in a client's JSON, a variable, a file of settings, after `--db=`. */
import { homedir } from "node:os";

/** `path` with the user's own folder in place of a leading `~`; `~name` and `./~` stay as they are. */
export function expandHome(path: string): string {
  return /^~(?=$|[\\/])/.test(path) ? homedir() + path.slice(1) : path;
}
