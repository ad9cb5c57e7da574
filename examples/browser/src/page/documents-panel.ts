/** The documents of the index: how many and how large, each to be taken out, all to be forgotten. */
import type { Contents, Opened } from "../protocol.ts";
import { byId, element } from "./element.ts";
import { bytes, plural, splitPath } from "./text.ts";

/** More would make the page slow, and nobody reads them. */
const mostShown = 500;

export interface DocumentActions {
  readonly files: () => void;
  readonly folder: () => void;
  readonly remove: (path: string) => void;
  readonly save: () => void;
  readonly forget: () => void;
}

const places: Readonly<Record<Opened["storage"], string>> = {
  opfs: "in this browser",
  indexeddb: "in this browser (IndexedDB)",
  memory: "until this tab is closed",
};

export function showDocuments(contents: Contents, storage: Opened["storage"], actions: DocumentActions): void {
  const { documents, chunks } = contents;
  const heading = element("h2", {}, "Documents");
  const add = element(
    "div",
    { class: "choices" },
    element("button", { type: "button", class: "quiet", on: { click: actions.files } }, "Add files"),
    element("button", { type: "button", class: "quiet", on: { click: actions.folder } }, "Add a folder"),
  );
  if (documents.length === 0) {
    byId("documents").replaceChildren(heading, element("p", { class: "soft" }, "None yet."));
    return;
  }
  const kept = `${plural(documents.length, "document")}, ${plural(chunks, "passage")}, ${bytes(contents.bytes)} ${places[storage]}`;
  const list = documents.slice(0, mostShown).map(({ path, chunks: count, type }) => {
    const { folder, name } = splitPath(path);
    return element(
      "li",
      {},
      element("bdi", { title: type }, element("span", { class: "folder" }, folder), name),
      element("span", { class: "soft" }, plural(count, "passage")),
      element(
        "button",
        { type: "button", class: "remove", "aria-label": `Remove ${name}`, on: { click: () => actions.remove(path) } },
        "×",
      ),
    );
  });
  if (documents.length > mostShown) {
    list.push(element("li", { class: "soft" }, `and ${plural(documents.length - mostShown, "more", "more")}`));
  }
  byId("documents").replaceChildren(
    heading,
    element("p", { class: "soft", id: "kept" }, kept),
    add,
    element("ul", { class: "list" }, ...list),
    element(
      "div",
      { class: "choices" },
      element("button", { type: "button", class: "quiet", on: { click: actions.save } }, "Save the index"),
      forgetButton(actions.forget),
    ),
  );
}

/** Asks once more, in place. */
function forgetButton(forget: () => void): HTMLElement {
  const button = element("button", { type: "button", class: "quiet danger" }, "Forget everything");
  button.addEventListener("click", () => {
    if (button.dataset.asked) return forget();
    button.dataset.asked = "yes";
    button.textContent = "Really? The index goes, your files stay";
  });
  button.addEventListener("blur", () => {
    delete button.dataset.asked;
    button.textContent = "Forget everything";
  });
  return button;
}
