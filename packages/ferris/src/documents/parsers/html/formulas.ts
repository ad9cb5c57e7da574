/**
 * Formulas in HTML, once: pages carry them as MathML, as LaTeX and as drawn letters side by side. LaTeX is taken where it is there, since it says most
 * in one line; else MathML, written in a line.
 */
import { isTag, isText, type ChildNode, type Element } from "domhandler";
import { fraction, root, scripted } from "../math/linear.ts";
import { elements, find } from "./tree.ts";

const longestFormula = 20_000;
const deepestFormula = 100;

/** The formula that `element` is; null where it is not one. An empty one is said by a neighbour. */
export function formulaOf(element: Element): string | null {
  const { name, attribs } = element;
  if (name === "math") return mathText(element);
  if (name === "script") return /^math\/(?:tex|latex)/i.test(attribs.type ?? "") ? raw(element).trim() : null;
  const classes = attribs.class;
  if (name === "mjx-container") return inner(element) ?? "";
  if (classes === undefined || !/katex|mwe-math|MathJax/.test(classes)) return null;
  if (/(?:^|\s)katex(?:\s|$)/.test(classes)) return inner(element) ?? raw(element);
  if (/(?:^|\s)mwe-math-element(?:\s|$)/.test(classes)) return inner(element) ?? null;
  if (/(?:^|\s)MathJax(?:_\w+)?(?:\s|$)/.test(classes)) return isSaidBySource(element) ? "" : (inner(element) ?? "");
  return null;
}

function inner(element: Element): string | null {
  const math = find(element, ({ name }) => name === "math");
  return math ? mathText(math) : null;
}

/** MathJax 2 leaves its source in a script behind what it draws. */
function isSaidBySource(element: Element): boolean {
  const siblings = element.parent?.children ?? [];
  return siblings.some((node) => isTag(node) && node.name === "script" && formulaOf(node) !== null);
}

function mathText(math: Element): string {
  const annotation = elements(math, ({ name }) => name === "annotation").find(({ attribs }) =>
    /tex/i.test(attribs.encoding ?? ""),
  );
  const latex = (annotation ? raw(annotation) : (math.attribs.alttext ?? "")).trim();
  if (latex !== "") return latex.replace(/^\{\\displaystyle\s([^]*)\}$/, "$1").replace(/\s+/g, " ");
  return written(math, 0).replace(/\s+/g, " ").trim();
}

/** MathML in a line: a/b, x^2, √(x). */
function written(element: Element, depth: number): string {
  if (depth > deepestFormula) return raw(element);
  const { name } = element;
  if (name === "annotation" || name === "annotation-xml") return "";
  const parts = element.children.flatMap((node) => {
    if (isTag(node)) return [written(node, depth + 1)];
    return isText(node) && node.data.trim() !== "" ? [node.data.trim()] : [];
  });
  const [first = "", second = "", third = ""] = parts;
  if (name === "mfrac") return fraction(first, second);
  if (name === "msup" || name === "mover") return scripted(first, "", second);
  if (name === "msub" || name === "munder") return scripted(first, second, "");
  if (name === "msubsup" || name === "munderover") return scripted(first, second, third);
  if (name === "msqrt") return root(parts.join(""), "");
  if (name === "mroot") return root(first, second);
  if (name === "mtr") return `${parts.join(" ")}; `;
  if (name === "mtd" || name === "mtext") return ` ${parts.join("")} `;
  return parts.join("");
}

function raw(element: Element): string {
  const stack: ChildNode[] = element.children.toReversed();
  const parts: string[] = [];
  let length = 0;
  for (let node = stack.pop(); node && length < longestFormula; node = stack.pop()) {
    if (isText(node)) {
      parts.push(node.data);
      length += node.data.length;
    }
    if (isTag(node)) for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
  return parts.join("").replace(/\s+/g, " ");
}
