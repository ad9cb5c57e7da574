/** The bar with the name, the panels, and light or dark. */
import { linkTo, route } from "./router.ts";
import { switchTheme, theme } from "./theme.ts";

/** Those that stand in the bar; a document and what is related are reached from a result. */
const entries = [
  { panel: "search", title: "Search" },
  { panel: "ask", title: "Ask" },
  { panel: "map", title: "Map" },
  { panel: "indexes", title: "Indexes" },
  { panel: "device", title: "Device" },
] as const;

export function Navigation() {
  const { panel } = route.value;
  return (
    <header class="bar">
      <a class="brand" href={linkTo("search")}>
        ferris
      </a>
      <nav aria-label="Panels">
        {entries.map((entry) => (
          <a key={entry.panel} href={linkTo(entry.panel)} aria-current={panel === entry.panel ? "page" : undefined}>
            {entry.title}
          </a>
        ))}
      </nav>
      <button type="button" class="quiet theme" onClick={switchTheme} title="Light, dark, or as the system has it">
        <span class="theme-mark" aria-hidden="true" />
        <span class="hidden">Colours: </span>
        {theme.value === "system" ? "Auto" : theme.value === "light" ? "Light" : "Dark"}
      </button>
    </header>
  );
}
