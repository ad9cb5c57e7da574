/** The colours of map.css as numbers: a canvas's pixels know no style sheet. */
import { mostColours } from "./groups.ts";

/** One for each group, and one for everything else. */
export function mapColours(within: HTMLElement): number[][] {
  const probe = document.createElement("span");
  within.append(probe);
  const colours = Array.from({ length: mostColours + 1 }, (_, i) => {
    probe.className = i < mostColours ? `map-colour-${i + 1}` : "map-colour-other";
    return (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  });
  probe.remove();
  return colours;
}
