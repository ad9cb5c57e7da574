/** The frame of the page: the ways between its panels, and the one that the address names. */
import { AskPanel } from "./ask/ask-panel.tsx";
import { DevicePanel } from "./device/device-panel.tsx";
import { DocumentPanel } from "./document/document-panel.tsx";
import { IndexesPanel } from "./indexes/indexes-panel.tsx";
import { keyRefused } from "./key.ts";
import { KeyForm } from "./key-form.tsx";
import { MapPanel } from "./map/map-panel.tsx";
import { Navigation } from "./navigation.tsx";
import { RelatedPanel } from "./related/related-panel.tsx";
import { go, linkTo, route } from "./router.ts";
import { focusSearchField } from "./search/result-keys.ts";
import { SearchPanel } from "./search/search-panel.tsx";

const panels: Readonly<Record<string, () => preact.JSX.Element>> = {
  search: SearchPanel,
  ask: AskPanel,
  document: DocumentPanel,
  related: RelatedPanel,
  map: MapPanel,
  indexes: IndexesPanel,
  device: DevicePanel,
};

/** "/" goes to the question from wherever nothing is typed into. */
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if ((event.target as Element).matches("input:not([type=radio], [type=checkbox]), textarea, select")) return;
  event.preventDefault();
  if (route.peek().panel !== "search") go(linkTo("search"));
  // When the panel is there.
  setTimeout(focusSearchField);
});

export function App() {
  const { panel } = route.value;
  const Panel = Object.hasOwn(panels, panel) ? panels[panel]! : NoSuchPanel;
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <Navigation />
      <main id="main" tabIndex={-1}>
        {keyRefused.value ? <KeyForm /> : <Panel />}
      </main>
    </>
  );
}

function NoSuchPanel() {
  return (
    <div class="empty">
      <h1>Nothing here</h1>
      <p>
        There is no such page. <a href={linkTo("search")}>Search</a>
      </p>
    </div>
  );
}

/** The address stays: it is the page's state. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
