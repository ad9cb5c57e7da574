/**
 * `ferris config`: every setting that is in force, and where its value came from.
 */
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { settingNames, settings } from "../config/settings.ts";
import { shownSettings, shownValue } from "../config/shown.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { table } from "../terminal/table.ts";
import { withExamples } from "./shared-options.ts";

export function configCommand(): Command {
  const command = new Command("config")
    .summary("the settings in force, and where each comes from")
    .description(
      "A value comes from the first of: a flag, a FERRIS_ variable, the nearest ferris.json (going up), the user's own\n" +
        "config.json, the default. A ferris.json may have come with a clone, so it sets only what to index and how:\n" +
        `${settingNames.filter((name) => settings[name].inFolderFile).join(", ")}.`,
    );
  withExamples(command, [
    ["ferris config", "a table"],
    ["ferris config --json", "the same for programs"],
  ]);
  return runs(command, async (session) => config(session));
}

function config(session: Session): number {
  const { values, origins, files } = session.settings;
  if (session.json) {
    const rows = settingNames.map((name) => [name, { value: shownValue(name, values[name]), origin: origins[name] }]);
    session.printJson({ settings: Object.fromEntries(rows), files });
    return exitCodes.success;
  }
  const rows = shownSettings(session.settings).map(({ name, value, origin, description }) => [
    name,
    JSON.stringify(value),
    origin,
    session.colours.faint(description),
  ]);
  session.print(table(rows).join("\n"));
  return exitCodes.success;
}
