/**
 * XML as trees, for the formats whose elements are understood by what is in and around them. Large documents are read as a
 * sequence of small trees: the children of one element, one after another.
 */
import { readXml } from "./xml.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

/** The root element; null where there is none. */
export function xmlTree(xml: string): XmlElement | null {
  let root: XmlElement | null = null;
  readTrees(
    xml,
    (_, depth) => depth === 1,
    (tree) => (root ??= tree),
  );
  return root;
}

/**
 * Calls `read` with each whole element for which `isRoot` is true, in order; what is outside of them is passed over. `depth` is 1
 * for the document's root, `parent` the name of the element around it. `open` is told of elements on the way to them.
 */
export function readTrees(
  xml: string,
  isRoot: (name: string, depth: number, parent: string) => boolean,
  read: (tree: XmlElement) => void,
  open?: (name: string, attributes: Readonly<Record<string, string>>) => void,
): void {
  /** Names outside of a tree, elements inside of it. */
  const around: string[] = [];
  const stack: XmlElement[] = [];
  readXml(xml, {
    open(name, attributes) {
      const depth = around.length + stack.length + 1;
      if (stack.length === 0 && !isRoot(name, depth, around.at(-1) ?? "")) {
        around.push(name);
        open?.(name, attributes);
        return;
      }
      const element: XmlElement = { name, attributes, children: [] };
      stack.at(-1)?.children.push(element);
      stack.push(element);
    },
    text(text) {
      const children = stack.at(-1)?.children;
      if (!children) return;
      // The reader gives text in pieces, one for each entity.
      const last = children.at(-1);
      if (typeof last === "string") children[children.length - 1] = last + text;
      else children.push(text);
    },
    close() {
      if (stack.length === 0) around.pop();
      else if (stack.length === 1) read(stack.pop()!);
      else stack.pop();
    },
  });
}

/** Its elements, without the text between them. */
export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child): child is XmlElement => typeof child !== "string");
}

/** The first child of that name. */
export function childNamed(element: XmlElement | undefined, name: string): XmlElement | undefined {
  if (!element) return undefined;
  for (const child of element.children) if (typeof child !== "string" && child.name === name) return child;
  return undefined;
}

/** All elements of that name within, in order; those within one another are given once, with the outermost. */
export function descendants(element: XmlElement, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  const stack = childElements(element).toReversed();
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (next.name === name) found.push(next);
    else
      for (let i = next.children.length - 1; i >= 0; i--) {
        const child = next.children[i];
        if (typeof child !== "string") stack.push(child);
      }
  }
  return found;
}

/** All text within, as it stands. */
export function textWithin(element: XmlElement): string {
  const [first] = element.children;
  if (element.children.length === 1 && typeof first === "string") return first;
  let text = "";
  const stack: (XmlElement | string)[] = [element];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === "string") text += next;
    else for (let i = next.children.length - 1; i >= 0; i--) stack.push(next.children[i]);
  }
  return text;
}
