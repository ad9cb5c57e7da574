/** Elements made of text and other elements, never of markup: what documents say is shown, not run. */

type Child = Node | string | null;
type Listeners = Readonly<Record<string, (event: Event) => void>>;

interface Properties {
  readonly on?: Listeners;
  readonly [attribute: string]: Listeners | string | boolean | undefined;
}

/** An element with attributes, listeners (`on`) and children; text is text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(properties)) {
    if (typeof value === "object") {
      for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener);
    } else if (value === true) made.setAttribute(attribute, "");
    else if (typeof value === "string") made.setAttribute(attribute, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of the page with this id. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}
