/** Lines above the page that stay until they are not true any more. */
import { byId, element } from "./element.ts";

const shown = new Map<string, HTMLElement>();

/** @param name of the notice: there is one of it @param action a button's label and what it does */
export function notice(
  name: string,
  text: string,
  action?: { readonly label: string; readonly run: () => void },
): void {
  withdraw(name);
  const button = action && element("button", { type: "button", on: { click: action.run } }, action.label);
  const line = element("p", { class: "notice" }, text, button ?? null);
  shown.set(name, line);
  byId("notices").append(line);
}

export function withdraw(name: string): void {
  shown.get(name)?.remove();
  shown.delete(name);
}
