/**
 * What stands around a page's content and is marked by its class, id or style only: menus, side bars, cookie banners, what is
 * not displayed.
 *
 * A guess, and losing content is worse than keeping a menu: a name has to consist of well-known words, running text under
 * headings stays whatever it is called, and nothing is left out when that would be most of the page.
 */
import { isTag, isText, type ChildNode, type Element } from "domhandler";
import { walk } from "./tree.ts";

const words = (list: string) => new Set(list.trim().split(/\s+/));

const menus = words(
  "nav navbar navigation navmenu menu menubar sidebar sidenav topnav subnav breadcrumb breadcrumbs pagination pager share sharing social banner",
);
const notices = words("cookie cookies advert adverts advertisement advertising ads adsbygoogle");
/** Cards and tables have these too: the page's is the only one of its name, and near the top of the tree. */
const ends = words("header footer masthead");
const before = words("site page main global");
const beside = words(
  "top bottom left right primary secondary mobile desktop side sub bar list links link items buttons icons media container wrapper wrap inner outer notice consent overlay popup dropdown widget fixed sticky horizontal vertical",
);
const contentNames = words("content main article post entry body prose text");
const elementsAround = words("div section ul ol p span td");

const longestMenuText = 300;
const deepestEnds = 4;

/** More than these are not a page's menus, and would take long. */
const mostNamed = 500;
const mostInside = 2_000;

/** The elements below `roots` to leave out; `ignored` tells what is left out anyhow, `byName` whether names count, `isOpened` what the page shows later. */
export function furnitureOf(
  roots: readonly ChildNode[],
  byName: boolean,
  ignored: (element: Element) => boolean,
  isOpened: (element: Element) => boolean = () => false,
): ReadonlySet<Element> {
  const all = roots.flatMap((root) => (isTag(root) ? [root, ...walk(root)] : []));
  const byNames = byName ? all.filter(isNamedSo) : [];
  const named = new Set(byNames.length > mostNamed ? [] : byNames);
  if (named.size === 0 && !all.some(isNotDisplayed)) return new Set();
  const lengths = lengthsOf(all, ignored);
  const lengthOf = (element: Element) => lengths.get(element) ?? 0;
  const total = roots.reduce(
    (sum, root) => sum + (isTag(root) ? lengthOf(root) : isText(root) ? root.data.trim().length : 0),
    0,
  );
  const furniture = new Set<Element>();
  const inside = new Set<unknown>();
  let left = 0;
  const hasTitle = all.some(({ name }) => name === "h1" || name === "h2");
  for (const element of all) {
    const isInside = inside.has(element.parent);
    const isLeft =
      !isInside &&
      lengthOf(element) <= total / 2 &&
      ((isNotDisplayed(element) && !isOpened(element)) || (named.has(element) && isAround(element, byNames, hasTitle)));
    if (isInside || isLeft) inside.add(element);
    if (!isLeft) continue;
    furniture.add(element);
    left += lengthOf(element);
  }
  return left > total / 2 ? new Set() : furniture;
}

export function isNotDisplayed({ attribs }: Element): boolean {
  return /(?:^|[;\s])display\s*:\s*none/i.test(attribs.style ?? "");
}

function namesOf({ attribs }: Element): string[] {
  return `${attribs.class ?? ""} ${attribs.id ?? ""}`.toLowerCase().split(/\s+/).slice(0, 50);
}

function isNamedSo(element: Element): boolean {
  if (!elementsAround.has(element.name)) return false;
  const names = namesOf(element);
  return !names.some((name) => contentNames.has(name) || name.endsWith("-content")) && kindOf(names) !== null;
}

/** Of a name such as site-header or cookie-banner every part has to be known: menu-page and has-sidebar are none. */
function kindOf(names: readonly string[]): "menu" | "notice" | "end" | null {
  const kinds = names.flatMap((name) => {
    const parts = name.split(/[-_]+/);
    const isKnown = (part: string, at: number) =>
      menus.has(part) || notices.has(part) || ends.has(part) || beside.has(part) || (at === 0 && before.has(part));
    if (!parts.every(isKnown)) return [];
    // A page may be about cookies; of a cookie-banner it is not.
    if (parts.some((part) => notices.has(part)) && (parts.length > 1 || !name.startsWith("cookie")))
      return ["notice" as const];
    if (parts.some((part) => menus.has(part) || notices.has(part))) return ["menu" as const];
    return parts.some((part) => ends.has(part)) ? ["end" as const] : [];
  });
  return kinds.find((kind) => kind !== "end") ?? kinds[0] ?? null;
}

/** Whether an element with such a name is what its name says. `hasTitle`: whether the page has a heading that is its title. */
function isAround(element: Element, named: readonly Element[], hasTitle: boolean): boolean {
  const above = ancestors(element);
  if (above.some(({ name }) => name === "article" || name === "main")) return false;
  const links = new Set<unknown>();
  let seen = 0;
  let linked = 0;
  let plain = ownLength(element);
  let hasHeading = false;
  for (const inside of walk(element)) {
    if (++seen > mostInside || inside.name === "article" || inside.name === "main") return false;
    if (inside.name === "a" || links.has(inside.parent)) links.add(inside);
    if (links.has(inside)) linked += ownLength(inside);
    else plain += ownLength(inside);
    hasHeading ||= /^h[2-6]$/.test(inside.name);
    // Sections have their heading's words as id: one on pagination is content.
    if (/^h[1-6]$/.test(inside.name) && isNamedByHeading(element, inside)) return false;
  }
  const kind = kindOf(namesOf(element));
  if (kind === "notice") return true;
  // Words above a page without headings are its title, if they lead nowhere: a chat's name, say.
  if (kind === "end" && linked === 0 && !hasTitle && namesOf(element).some((name) => name.includes("header")))
    return false;
  if (kind === "end") {
    const same = named.filter((other) => kindOf(namesOf(other)) === "end" && sharesName(other, element));
    if (above.length > deepestEnds || same.length > 1 || element.name === "p" || element.name === "span") return false;
  }
  return plain <= linked || (plain <= longestMenuText && !hasHeading);
}

function isNamedByHeading({ attribs }: Element, heading: Element): boolean {
  const slug = wordsOf(heading)
    .toLowerCase()
    .match(/[a-z]+/g)
    ?.join("-");
  return slug !== undefined && slug === attribs.id?.toLowerCase().replaceAll("_", "-");
}

function wordsOf(element: Element): string {
  return [element, ...walk(element)]
    .flatMap(({ children }) => children.map((child) => (isText(child) ? child.data : "")))
    .join(" ");
}

function sharesName(a: Element, b: Element): boolean {
  const names = new Set(namesOf(b));
  return namesOf(a).some((name) => name !== "" && names.has(name));
}

function ancestors(element: Element): Element[] {
  const above: Element[] = [];
  for (let at = element.parent; at && isTag(at); at = at.parent) above.push(at);
  return above;
}

/** How much text each of these elements holds; `all` is in document order. */
function lengthsOf(all: readonly Element[], ignored: (element: Element) => boolean): Map<Element, number> {
  const lengths = new Map<Element, number>();
  for (const element of all.toReversed()) {
    const inside = element.children.reduce((sum, child) => sum + (isTag(child) ? (lengths.get(child) ?? 0) : 0), 0);
    lengths.set(element, ignored(element) ? 0 : inside + ownLength(element));
  }
  return lengths;
}

function ownLength(element: Element): number {
  return element.children.reduce((sum, child) => sum + (isText(child) ? child.data.trim().length : 0), 0);
}
