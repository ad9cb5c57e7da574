/**
 * What on a page is not content wherever it stands: scripts, controls, what is hidden, marks for editors and links to oneself, menus. What
 * stands around the content is html-furniture.ts's.
 *
 * An element's name says little: an accordion's questions are buttons, a whole page may be one form, what a component shows is in a template. So
 * each of those is looked at.
 */
import { type ChildNode, isTag, isText, type Element } from "domhandler";
import { ancestors, find, walk } from "./tree.ts";
import { textOf } from "./words.ts";

const neverContent = new Set("script style select option input textarea datalist embed nav rp rt rtc".split(" "));
/** Their content is shown where they themselves cannot be. */
const fallbacks = new Set("noscript object canvas video audio".split(" "));
const fallbackNotice =
  /\b(?:javascript|your browser|a browser|does not support|not supported|enable|plug-?in|flash)\b/i;
const navigationRoles = new Set(
  "navigation banner contentinfo search menu menubar toolbar dialog doc-pagebreak".split(" "),
);

/** Marks that programs put beside headings and code. */
const markClasses =
  /(?:^|\s)(?:headerlink|header-anchor|heading-link|anchorjs-link|hash-link|mw-editsection|viewcode-link|linenos?|line-?numbers?(?:-rows)?|hljs-ln-n(?:umbers)?|blob-num|lineno|rouge-gutter|gutter|ln-num|material-icons|material-symbols-\w+)(?:\s|$)/;
/** Of a link in a heading. */
const markText = /^(?:¶|§|#|🔗|⚓\ufe0e?|↑|↩︎?|🖉|✎|\[?(?:edit(?: source)?|source|permalink|link|top)\]?)$/i;

const markBeginning = /^\s*(?:$|[¶§#⚓↑↩✎[]|🔗|🖉|edit|source|permalink|link|top)/i;

const headingLike = /^(?:h[1-6]|dt|summary|legend|caption|th)$/;

const longestSmallForm = 300;
/** Characters or elements after which it is known what something is: pages can be made of nothing else. */
const enough = 1_000;

/** How much of a page counts: in a book nothing is navigation but what says so; "all" is for pages that are nothing else. */
export type Reading = "page" | "book" | "all";

export function isLeftOut(element: Element, reading: Reading, opened: ReadonlySet<string> = none): boolean {
  const { name, attribs } = element;
  if (neverContent.has(name)) return !(name === "nav" && reading === "all");
  const { class: classes, role } = attribs;
  if (role !== undefined && navigationRoles.has(role) && reading !== "all") return true;
  if (isHidden(attribs) && !isOpened(element, opened)) return true;
  if (classes !== undefined && isMarkClass(classes)) return true;
  if (attribs["epub:type"]?.includes("pagebreak")) return true;
  switch (name) {
    case "title":
      return !element.parent || !isTag(element.parent) || /^(?:head|html)$/.test(element.parent.name);
    case "template":
      return !("shadowrootmode" in attribs || "shadowroot" in attribs);
    case "dialog":
      return !("open" in attribs);
    case "button":
      return !isButtonContent(element);
    case "form":
      return reading === "page" && isSmallForm(element);
    case "a":
    case "span":
      return isMark(element);
    case "ul":
    case "ol":
    case "menu":
      return reading === "page" && isMenu(element);
    default:
      return fallbacks.has(name) && fallbackNotice.test(textOf(element, enough));
  }
}

const none: ReadonlySet<string> = new Set();

/** What is hidden until it is found is there to be found. */
function isHidden(attribs: Element["attribs"]): boolean {
  return ("hidden" in attribs && attribs.hidden !== "until-found") || attribs["aria-hidden"] === "true";
}

/** Whether something on the page shows this: a tab, an accordion's button. `opened`: ids that such things name. */
export function isOpened({ attribs }: Element, opened: ReadonlySet<string>): boolean {
  const { id, role } = attribs;
  return (
    role === "tabpanel" || (role === "region" && "aria-labelledby" in attribs) || (id !== undefined && opened.has(id))
  );
}

/** Pages use few names, many times. */
const judged = new Map<string, boolean>();
const mostJudged = 10_000;

function isMarkClass(classes: string): boolean {
  let isMarks = judged.get(classes);
  if (isMarks === undefined) {
    isMarks = markClasses.test(classes);
    if (judged.size >= mostJudged) judged.clear();
    judged.set(classes, isMarks);
  }
  return isMarks;
}

/** A link to the heading in which it stands, or "[edit]". */
function isMark(element: Element): boolean {
  const [first] = element.children;
  if (!first || element.children.length > 4) return false;
  // Most links and spans are told by their first letters.
  if (isText(first) && !markBeginning.test(first.data)) return false;
  const words = textOf(element, 40);
  if (words === "" || !markText.test(words)) return false;
  for (const above of ancestors(element)) {
    if (headingLike.test(above.name))
      return element.name === "a" || find(element, ({ name }) => name === "a") !== undefined;
  }
  return false;
}

/** Whether a button says what it opens, as an accordion's does; other buttons say what they do. */
function isButtonContent(button: Element): boolean {
  const words = textOf(button, enough);
  if (words === "") return false;
  for (const above of ancestors(button)) if (headingLike.test(above.name)) return true;
  const { attribs } = button;
  const count = words.split(" ").length;
  const opens =
    "aria-expanded" in attribs ||
    "aria-controls" in attribs ||
    /collaps|accordion/i.test(`${attribs["data-toggle"] ?? ""} ${attribs["data-bs-toggle"] ?? ""}`) ||
    /accordion|collaps|faq|question|toggle|disclosure|expand|panel/i.test(attribs.class ?? "");
  return (
    (opens && (count > 1 || !/^(?:menu|search|close|open|more|toggle|navigation)$/i.test(words))) ||
    (count > 2 && /[?？]$/.test(words)) ||
    words.length > 80
  );
}

/** A search box, a login: a few words beside what is to be filled in. */
function isSmallForm(form: Element): boolean {
  let fields = 0;
  let seen = 0;
  for (const { name, attribs } of walk(form)) {
    if (++seen > enough) return false;
    if (/^h[1-6]$|^table$|^article$|^main$/.test(name)) return false;
    if (name === "textarea" || name === "select") fields++;
    if (name === "input" && !/^(?:hidden|submit|button|image)$/i.test(attribs.type ?? "")) fields++;
  }
  return fields > 0 && textOf(form, enough).length < longestSmallForm;
}

/**
 * Several short links and hardly a word beside them, unless a heading or a sentence leads to them, as to a reading list. Looks at a list's
 * first items only, so that nested lists cost little.
 */
function isMenu(list: Element): boolean {
  let links = 0;
  let linked = 0;
  let plain = 0;
  let seen = 0;
  for (const element of walk(list)) {
    if (++seen > 200) break;
    const own = element.children.reduce((sum, child) => sum + (isText(child) ? child.data.trim().length : 0), 0);
    if (element.name === "a") links++;
    if (isInLink(element, list)) linked += own;
    else plain += own;
  }
  return links >= 4 && linked / links < 40 && linked > 0.9 * (linked + plain) && !isLedTo(list);
}

function isInLink(element: Element, list: Element): boolean {
  for (let at: Element = element; at !== list; at = at.parent as Element) if (at.name === "a") return true;
  return false;
}

const aroundNames =
  /\b(?:nav|navbar|navigation|menu|sidebar|widget|widgets|breadcrumbs?|footer|related|social|share|tags)\b/i;

const mostBoxes = 3;

/** Main content, or Sphinx's list of chapters in it. */
function isInContent(element: Element): boolean {
  if (/\btoctree-wrapper\b/.test(element.attribs.class ?? "")) return true;
  for (const above of ancestors(element))
    if (above.name === "main" || above.name === "article" || above.attribs.role === "main") return true;
  return false;
}

/** What stands right before something, other than white space. */
function lastBefore(element: Element): ChildNode | null {
  let before = element.prev;
  while (before && !(isTag(before) || (isText(before) && before.data.trim() !== ""))) before = before.prev;
  return before;
}

function isLedTo(list: Element): boolean {
  let before = lastBefore(list);
  // Of what the page calls its content, a list in boxes of its own is led to by what stands before them.
  const { parent } = list;
  if (!before && parent && isTag(parent) && isInContent(parent)) {
    let box: Element = parent;
    for (let depth = 0; !before && depth < mostBoxes && box.name === "div"; depth++) {
      before = lastBefore(box);
      if (!box.parent || !isTag(box.parent)) break;
      box = box.parent;
    }
  }
  if (!before) return false;
  const isLead = isText(before) || /^(?:h[1-6]|p|dt)$/.test((before as Element).name);
  if (!isLead) return false;
  for (const element of [list, ...ancestors(list)]) {
    if (/^(?:aside|header|footer)$/.test(element.name)) return false;
    if (aroundNames.test(`${element.attribs.class ?? ""} ${element.attribs.id ?? ""}`.replaceAll("_", " ")))
      return false;
  }
  return true;
}

/** Whether an aside stands beside the content, as a list of links does; a note belongs to it. */
export function isBeside(aside: Element): boolean {
  const { attribs } = aside;
  if (
    /\b(?:footnotes?|endnotes?|rearnotes?|note|tip|warning|sidebar)\b/.test(
      `${attribs["epub:type"] ?? ""} ${(attribs.role ?? "").replace("doc-", "")}`,
    )
  )
    return false;
  let links = 0;
  let seen = 0;
  for (const element of walk(aside)) {
    if (element.name === "a") links += textOf(element, enough).length;
    if (++seen > enough) break;
  }
  const all = textOf(aside, 20 * enough).length;
  return (
    links * 3 > all ||
    aroundNames.test(`${attribs.class ?? ""} ${attribs.id ?? ""}`) ||
    /\b(?:ad|ads|advert\w*|promo|newsletter|complementary)\b/i.test(`${attribs.class ?? ""} ${attribs.id ?? ""}`)
  );
}

/**
 * Whether a header is the document's own, with its authors and abstract, and not its site's: its heading is what the page is called, or
 * the beginning of it where nothing in the header leads away.
 */
export function isOfDocument(header: Element, title: Element | undefined): boolean {
  const heading = find(header, ({ name }) => name === "h1");
  const words = heading && textOf(heading, enough);
  if (!words || !title) return false;
  const called = textOf(title, enough);
  return called === words || (called.startsWith(`${words} `) && !find(header, ({ name }) => name === "a"));
}
