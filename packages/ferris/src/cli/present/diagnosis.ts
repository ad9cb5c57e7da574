/**
 * A diagnosis for people.
 */
import type { Diagnosis } from "../../engine.ts";
import type { Palette } from "../terminal/colour.ts";

export function describeDiagnosis(diagnosis: Diagnosis, colours: Palette): string[] {
  return [JSON.stringify(diagnosis, null, 2), colours.enabled ? "" : ""];
}
