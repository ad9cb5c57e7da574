/** The settings in force as people are shown them: for `ferris config`, and for the page of `ferris serve`. */
import type { ShownSetting } from "../../server/machine.ts";
import type { Origin, ResolvedSettings } from "./resolve.ts";
import { type SettingName, settingNames, settings } from "./settings.ts";

export function shownSettings({ values, origins }: ResolvedSettings): ShownSetting[] {
  return settingNames.map((name) => ({
    name,
    value: shownValue(name, values[name]),
    origin: originText(origins[name]),
    description: settings[name].description,
  }));
}

/** Keys, and passwords in URLs, are not shown, so that the table can be pasted anywhere. */
export function shownValue(name: SettingName, value: unknown): unknown {
  const { secret, show } = settings[name];
  if (show && typeof value === "string") return show(value);
  if (secret && value !== null) return "(set)";
  return typeof value === "string" ? masked(value) : value;
}

function masked(text: string): string {
  if (!text.includes("@") || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === "") return text;
  url.password = "***";
  return url.href;
}

function originText({ kind, where }: Origin): string {
  return where === null ? kind : `${kind}: ${where}`;
}
