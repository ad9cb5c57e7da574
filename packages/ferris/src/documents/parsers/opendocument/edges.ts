/**
 * What is on every page of an OpenDocument file: headers and footers of texts and sheets; footers of slides, and what stands on the pages that they
 * are made after.
 */
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { descendants, readTrees, textWithin, type XmlElement } from "../../xml/xml-tree.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { OpenDocumentBody } from "./body.ts";
import type { Objects } from "./objects.ts";
import type { TextStyles } from "./styles.ts";

/** What the content says of the pages around it. */
export class PagesSeen {
  isSheet = false;
  /** The pages that slides and drawings are made after. */
  readonly masters = new Set<string>();
  readonly footers: string[] = [];

  /** Looks at an element that stands beside texts, sheets and slides, or is one. */
  see({ name, attributes, children }: XmlElement): void {
    if (name === "draw:page") this.masters.add(attributes["draw:master-page-name"] ?? "");
    else if (name === "presentation:footer-decl" || name === "presentation:header-decl")
      this.footers.push(textWithin({ name, attributes, children }));
  }
}

export interface EdgeSources {
  readonly seen: PagesSeen;
  /** The XML of the styles. */
  readonly styleSheet: string;
  readonly styles: TextStyles;
  readonly objects: Objects;
}

const edge = /^style:(?:header|footer)(?:-left|-first)?$/;
/** Which the program fills in: they stand in the headers of all sheets that nobody gave one. */
const fields = new Set(
  "text:sheet-name text:title text:date text:time text:page-number text:page-count text:file-name text:author-name".split(
    " ",
  ),
);

export function addEdges(builder: ContentBuilder, sources: EdgeSources): void {
  const { seen, styleSheet, styles, objects } = sources;
  const isDeck = seen.masters.size > 0;
  const footers = new ContentBuilder();
  for (const footer of seen.footers) footers.add("prose", footer);
  const edges = [footers.finish("opendocument")];
  const add = (elements: readonly XmlElement[]) => {
    const own = new ContentBuilder();
    const body = new OpenDocumentBody(own, styles, objects);
    for (const element of elements) body.add(element);
    edges.push(own.finish("opendocument"));
  };
  readTrees(
    styleSheet,
    (name) => (isDeck ? name === "style:master-page" : edge.test(name)),
    (tree) => {
      const { attributes, children } = tree;
      if (isDeck) {
        if (seen.masters.has(attributes["style:name"] ?? "")) add(children.filter(isOwnShape));
      } else if (attributes["style:display"] !== "false") add([seen.isSheet ? withoutFields(tree) : tree]);
    },
  );
  addPageEdges(builder, edges.map(seen.isSheet ? withWords : (document) => document));
}

/** What somebody drew on a master page; not what is there to be filled in. */
function isOwnShape(child: XmlElement | string): child is XmlElement {
  return (
    typeof child !== "string" && child.name.startsWith("draw:") && child.attributes["presentation:class"] === undefined
  );
}

function withoutFields(element: XmlElement): XmlElement {
  const kept = element.children
    .filter((child) => typeof child === "string" || !fields.has(child.name))
    .map((child) => (typeof child === "string" ? child : withoutFields(child)));
  const words = element.name === "text:p" ? textWithin({ ...element, children: kept }).match(/[\p{L}\p{M}]+/gu) : null;
  // "Page 3", in whatever language the program speaks.
  const isNumber = words?.length === 1 && descendants(element, "text:page-number").length > 0;
  return { ...element, children: isNumber ? [] : kept };
}

/** Without what is left of "Sheet1 (Title)": signs alone. */
function withWords(document: ParsedDocument): ParsedDocument {
  const { blocks, content } = document;
  return { ...document, blocks: blocks.filter(({ start, end }) => /[\p{L}\p{N}]/u.test(content.slice(start, end))) };
}
