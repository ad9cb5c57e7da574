/**
 * Controls of forms in OpenDocument: what stands on them and what was filled in, as a page shows it. They are described before the text, and shown where a shape
 * names them.
 */
import { childElements, textWithin, type XmlElement } from "../../xml/xml-tree.ts";

/** Not for anybody to see. */
const unseen = new Set(["form:password", "form:hidden"]);
const mostControls = 10_000;

export class FormControls {
  readonly #shown = new Map<string, string>();

  /** Takes the controls within a form, or what holds forms. */
  add(forms: XmlElement): void {
    for (const control of childElements(forms)) {
      const { attributes } = control;
      const id = attributes["xml:id"] ?? attributes["form:id"];
      if (id !== undefined && this.#shown.size < mostControls) this.#shown.set(id, shown(control));
      if (control.name === "form:form" || control.name === "form:frame") this.add(control);
    }
  }

  /** What the control that a shape shows says; "" for one that is not there. */
  textOf(shape: XmlElement): string {
    return this.#shown.get(shape.attributes["draw:control"] ?? "") ?? "";
  }
}

function shown(control: XmlElement): string {
  const { name, attributes } = control;
  if (unseen.has(name)) return "";
  const label = attributes["form:label"] ?? "";
  if (name === "form:checkbox") return `${sign(attributes["form:current-state"] ?? attributes["form:state"])} ${label}`;
  if (name === "form:radio")
    return `${sign(attributes["form:current-selected"] ?? attributes["form:selected"])} ${label}`;
  const parts = childElements(control);
  const chosen = parts
    .filter(({ name: part, attributes: own }) => part === "form:option" && own["form:current-selected"] === "true")
    .map(({ attributes: own }) => own["form:label"] ?? "");
  const written = parts.filter(({ name: part }) => part === "text:p").map(textWithin);
  const value = attributes["form:current-value"] ?? attributes["form:value"] ?? "";
  return [label, ...(written.length > 0 ? written : [value]), ...chosen]
    .filter((text) => text.trim() !== "")
    .join("\n");
}

function sign(state: string | undefined): string {
  return state === "checked" || state === "true" ? "☒" : "☐";
}
