/**
 * Where functions and classes stand in source code, by tree-sitter's grammars: the outline that chunks follow.
 *
 * Only what has a name and a body counts; everything between belongs to the declaration after it (comments, decorators) or
 * stands alone. Grammars are WebAssembly from the VS Code team; a language without one is left to the caller.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Language, Node, Parser } from "@vscode/tree-sitter-wasm";

export interface Declaration {
  /** UTF-16 offsets; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** What stands inside of it by name, in order: a class's methods. */
  readonly members: readonly Declaration[];
}

/** Grammar by the language's name in languages.ts. C is read by the grammar of C++. */
const grammars: Readonly<Record<string, string>> = {
  bash: "bash",
  c: "cpp",
  cpp: "cpp",
  "c-sharp": "c-sharp",
  go: "go",
  java: "java",
  javascript: "javascript",
  php: "php",
  powershell: "powershell",
  python: "python",
  ruby: "ruby",
  rust: "rust",
  tsx: "tsx",
  typescript: "typescript",
};

const functions =
  /^(?:(?:generator_)?function_(?:declaration|definition|item|statement)|method(?:_declaration|_definition)?|singleton_method|constructor_declaration|arrow_function|function_expression)$/;
const containers =
  /^(?:(?:abstract_)?class(?:_declaration|_definition|_specifier|_statement)?|interface_declaration|(?:struct|enum|union)_(?:specifier|item|declaration)|enum_declaration|record_declaration|impl_item|trait_item|trait_declaration|mod_item|module|internal_module|namespace_(?:definition|declaration)|file_scoped_namespace_declaration|type_spec|type_alias_declaration)$/;
/** What a declaration may be wrapped in, or stand in without a name of its own. */
const wrappers =
  /^(?:export_statement|decorated_definition|template_declaration|lexical_declaration|variable_declaration|variable_declarator|declaration_list|class_body|interface_body|enum_body|block|body_statement|field_declaration_list|statement_block|linkage_specification|preproc_if(?:def)?|ambient_declaration|expression_statement|type_declaration)$/;

const deepest = 12;

interface TreeSitter {
  readonly Parser: typeof Parser;
  readonly Language: typeof Language;
}

let library: Promise<TreeSitter> | null = null;
const languages = new Map<string, Promise<Language>>();

/** The declarations of `code`, or null where there is no grammar for `language`. */
export async function declarationsOf(code: string, language: string): Promise<Declaration[] | null> {
  const grammar = grammars[language];
  if (grammar === undefined) return null;
  library ??= loadLibrary();
  const { Parser: ParserClass } = await library;
  const parser = new ParserClass();
  try {
    parser.setLanguage(await loadLanguage(grammar));
    const tree = parser.parse(code);
    if (tree === null) return null;
    try {
      return membersOf(tree.rootNode, 0);
    } finally {
      tree.delete();
    }
  } finally {
    parser.delete();
  }
}

async function loadLibrary(): Promise<TreeSitter> {
  // Its types describe a module of names; at run time it is CommonJS, with all of them in `default`.
  const { default: treeSitter } = (await import("@vscode/tree-sitter-wasm")) as unknown as { default: TreeSitter };
  await treeSitter.Parser.init();
  return treeSitter;
}

function loadLanguage(grammar: string): Promise<Language> {
  let language = languages.get(grammar);
  if (language === undefined) {
    const file = fileURLToPath(import.meta.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`));
    language = Promise.all([library!, readFile(file)]).then(([{ Language: load }, wasm]) => load.load(wasm));
    languages.set(grammar, language);
  }
  return language;
}

function membersOf(node: Node, depth: number): Declaration[] {
  if (depth > deepest) return [];
  return node.namedChildren.flatMap((child): Declaration[] => {
    if (child === null) return [];
    const isContainer = containers.test(child.type);
    const name = isContainer || functions.test(child.type) ? nameOf(child) : null;
    if (name !== null) {
      const body = isContainer ? (child.childForFieldName("body") ?? child) : null;
      return [{ start: child.startIndex, end: child.endIndex, name, members: body ? membersOf(body, depth + 1) : [] }];
    }
    if (!wrappers.test(child.type)) return [];
    const inner = membersOf(child, depth + 1);
    // An export or a decorator belongs to the one thing it is for.
    return inner.length === 1 ? [{ ...inner[0], start: child.startIndex, end: child.endIndex }] : inner;
  });
}

function nameOf(node: Node): string | null {
  const named = node.childForFieldName("name");
  if (named) return tidy(named.text);
  // impl Trait for Type { … }
  if (node.type === "impl_item") {
    const [trait, type] = [node.childForFieldName("trait"), node.childForFieldName("type")];
    return tidy(trait ? `${trait.text} for ${type?.text}` : (type?.text ?? ""));
  }
  // In C the name hides in declarators: char *(*name(int))[3]
  for (let at = node.childForFieldName("declarator"); at; at = at.childForFieldName("declarator")) {
    if (at.childForFieldName("declarator") === null) return tidy(at.text);
  }
  // const name = () => …
  const declarator = node.parent?.type === "variable_declarator" ? node.parent.childForFieldName("name") : null;
  return declarator ? tidy(declarator.text) : null;
}

function tidy(name: string): string | null {
  const line = name.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line === "" || line.length > 200 ? null : line;
}
