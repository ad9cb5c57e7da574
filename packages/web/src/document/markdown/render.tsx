/** From markdown-it's tokens to elements. */
import { type ComponentChildren, h } from "preact";
import { shownText } from "../../ui/shown.ts";
import type { PassagePlace } from "../document-link.ts";
import { CodeBlock } from "./code-block.tsx";
import { slugOf, targetOf } from "./links.ts";
import type { Token } from "./parse.ts";

/** Elements that tokens may name. The page has the heading of the first rank itself. */
const headings: Readonly<Record<string, string>> = { h1: "h2", h2: "h3", h3: "h4", h4: "h5", h5: "h6", h6: "h6" };
const others = new Set("p blockquote ul ol li em strong s table thead tbody tr th td".split(" "));
/** Blocks small enough that marking them says where the passage is. */
const markable = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "tr"]);

export class Renderer {
  readonly #place: PassagePlace;
  readonly #first: number;
  readonly #last: number;

  /** @param first the passage's first line, from 1; 0 for none */
  constructor(place: PassagePlace, first: number, last: number) {
    this.#place = place;
    this.#first = first;
    this.#last = last;
  }

  blocks(tokens: readonly Token[]): ComponentChildren[] {
    return this.#upTo(tokens, { at: 0 }, null);
  }

  /** Renders tokens until the one that closes `open`. */
  #upTo(tokens: readonly Token[], cursor: { at: number }, open: Token | null): ComponentChildren[] {
    const rendered: ComponentChildren[] = [];
    while (cursor.at < tokens.length) {
      const token = tokens[cursor.at++]!;
      if (token.nesting < 0) {
        if (open !== null) return rendered;
      } else if (token.nesting > 0)
        rendered.push(this.#element(token, this.#upTo(tokens, cursor, token), tokens[cursor.at - 2]));
      else rendered.push(this.#leaf(token));
    }
    return rendered;
  }

  #element(token: Token, children: ComponentChildren[], before: Token | undefined): ComponentChildren {
    const passage = this.#isPassage(token) ? "passage" : undefined;
    // Of a list whose items have no space between them.
    if (token.hidden) return passage ? <span class={passage}>{children}</span> : children;
    if (token.type === "footnote_block_open") return <Footnotes>{children}</Footnotes>;
    if (token.type === "footnote_open") return <li data-note={noteOf(token).id}>{children}</li>;
    if (token.type === "link_open") return this.link(String(token.attrGet("href") ?? ""), children);
    const name = others.has(token.tag) ? token.tag : (headings[token.tag] ?? "span");
    const attributes: Record<string, unknown> = { class: passage };
    if (token.attrGet("class") === "task") attributes.class = "task";
    if (token.tag === "ol") attributes.start = token.attrGet("start") ?? undefined;
    if (/^h\d$/.test(token.tag)) attributes["data-slug"] = slugOf(textOf(before));
    const align = /text-align:(left|right|center)/.exec(String(token.attrGet("style") ?? ""))?.[1];
    if (align !== undefined) attributes.class = `align-${align}`;
    const element = h(name, attributes, children);
    return name === "table" ? (
      <section class="wide" tabIndex={0} aria-label="Table">
        {element}
      </section>
    ) : (
      element
    );
  }

  #leaf(token: Token): ComponentChildren {
    const passage = this.#isPassage(token) ? "passage" : undefined;
    switch (token.type) {
      case "inline":
        return this.#upTo(token.children ?? [], { at: 0 }, null);
      case "text":
        return this.text(token.content);
      case "task_box":
        return <TaskBox isDone={(token.meta as { readonly isDone: boolean }).isDone} />;
      case "footnote_ref":
        return this.#footnoteReference(noteOf(token));
      case "footnote_anchor":
        return this.#footnoteBack(noteOf(token));
      case "softbreak":
        return "\n";
      case "hardbreak":
        return <br />;
      case "hr":
        return <hr />;
      case "code_inline":
        return <code>{shownText(token.content)}</code>;
      case "fence":
      case "code_block":
        return <CodeBlock code={token.content} language={token.info} passage={passage} />;
      case "image":
        return <Image address={String(token.attrGet("src") ?? "")} alt={token.content} />;
      default:
        return shownText(token.content);
    }
  }

  protected text(content: string): ComponentChildren {
    return shownText(content);
  }

  protected link(href: string, children: ComponentChildren[]): ComponentChildren {
    const target = targetOf(href, this.#place);
    if (target.kind === "none") return <span title={shownText(href)}>{children}</span>;
    if (target.kind === "document") return <a href={target.href}>{children}</a>;
    if (target.kind === "outside")
      return (
        <a href={target.href} target="_blank" rel="noopener noreferrer" title={shownText(target.href)}>
          {children}
        </a>
      );
    const { slug } = target;
    return <JumpButton to={`[data-slug="${CSS.escape(slug)}"]`}>{children}</JumpButton>;
  }

  #footnoteReference({ id, subId }: Note): ComponentChildren {
    return (
      <sup data-note-reference={`${id}:${subId}`}>
        <JumpButton label={`Footnote ${id + 1}`} to={`[data-note="${id}"]`}>
          {id + 1}
        </JumpButton>
      </sup>
    );
  }

  #footnoteBack({ id, subId }: Note): ComponentChildren {
    return (
      <JumpButton label="Back to the text" to={`[data-note-reference="${id}:${subId}"]`}>
        ↩
      </JumpButton>
    );
  }

  #isPassage({ map, tag, type }: Token): boolean {
    if (map === null || this.#first === 0 || !(markable.has(tag) || type === "fence" || type === "code_block"))
      return false;
    return map[0] + 1 <= this.#last && map[1] >= this.#first;
  }
}

/** A footnote's number from 0, and which of the places that name it. */
interface Note {
  readonly id: number;
  readonly subId: number;
}

function noteOf({ meta }: Token): Note {
  return meta as unknown as Note;
}

interface JumpProps {
  readonly to: string;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** To another place of the same document; no link, since the address is the page's state. */
function JumpButton({ to, label, children }: JumpProps) {
  return (
    <button
      type="button"
      class="inline-link"
      aria-label={label}
      onClick={() => document.querySelector(`.markdown ${to}`)?.scrollIntoView({ block: "nearest" })}
    >
      {children}
    </button>
  );
}

function Footnotes({ children }: { readonly children: ComponentChildren }) {
  return (
    <section class="footnotes" aria-label="Footnotes">
      <ol>{children}</ol>
    </section>
  );
}

/** As the file has it: nothing here is ticked off. */
function TaskBox({ isDone }: { readonly isDone: boolean }) {
  return <input type="checkbox" checked={isDone} disabled aria-label={isDone ? "done" : "to do"} />;
}

/** Never loaded: a picture from elsewhere would tell that the document was read. */
function Image({ address, alt }: { readonly address: string; readonly alt: string }) {
  return (
    <span class="image" title="Pictures of documents are not loaded">
      {alt !== "" && <span>{shownText(alt)}</span>}
      <span class="image-address">{shownText(address)}</span>
    </span>
  );
}

function textOf(inline: Token | undefined): string {
  return (inline?.children ?? []).map(({ content }) => content).join("");
}
