/**
 * Where functions and classes stand in source code, by tree-sitter's grammars: the outline that chunks follow.
 *
 * Only what has a name and a body counts; everything between belongs to the declaration after it (comments, decorators) or
 * stands alone. A name may come from outside: of the variable, the property, or the text of the call that a function is
 * given to (`it("adds", () => …)`). Declarations are looked for in whatever holds them: branches, objects, calls. Grammars
 * are WebAssembly from the VS Code team; a language without one is left to the caller.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Language, Node, Parser } from "@vscode/tree-sitter-wasm";

export interface Declaration {
  /** UTF-16 offsets; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** What stands inside of it by name, in order: a class's methods. Not looked for in what is at most `wholeUpTo`. */
  readonly members: readonly Declaration[];
}

/** Up to this many characters a declaration is not taken apart: about what fits a chunk. */
export const wholeUpTo = 1_000;

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
  /^(?:(?:generator_)?function_(?:declaration|definition|item|statement)|method(?:_declaration|_definition)?|singleton_method|constructor_declaration|arrow_function|(?:generator_)?function(?:_expression)?|func_literal|lambda_expression|anonymous_function)$/;
const containers =
  /^(?:(?:abstract_)?class(?:_declaration|_definition|_specifier|_statement)?|interface_declaration|(?:struct|enum|union)_(?:specifier|item|declaration)|enum_declaration|record_declaration|impl_item|trait_item|trait_declaration|mod_item|module|internal_module|namespace_(?:definition|declaration)|file_scoped_namespace_declaration|type_spec|type_alias_declaration)$/;
/** What a declaration of a single line may stand in. Elsewhere (in an object, say) one line is not cut and needs no name. */
const wrappers =
  /^(?:export_statement|decorated_definition|template_declaration|lexical_declaration|variable_declaration|variable_declarator|declaration_list|class_body|interface_body|enum_body|block|body_statement|field_declaration_list|statement_block|linkage_specification|preproc_if(?:def)?|ambient_declaration|expression_statement|type_declaration)$/;
/** What gives its name to the function, class or object that is its value. */
const holders =
  /^(?:variable_declarator|init_declarator|var_spec|assignment(?:_expression)?|pair|(?:public_)?field_definition)$/;
const calls =
  /^(?:call(?:_expression)?|(?:member_|scoped_|function_)?call_expression|method_invocation|invocation_expression)$/;
const aroundValues = /^(?:parenthesized_expression|as_expression|satisfies_expression|expression_list)$/;
const namesOfCalls = /string|^(?:constant|scope_resolution|simple_symbol)$/;
/** Never looked into: no declarations, or none that anyone would look for by name. */
const opaque = /comment|string|^(?:heredoc_body|formal_parameters|parameters|parameter_list|token_tree|regex)$/;

/** Nodes of the syntax tree, not declarations: a call in a call is five deeper. */
const deepest = 60;

/** A node of more parts is a table. */
const mostParts = 2_000;

/** What a statement may have beside its only declaration and still be its: `export default`, `if (…) {`. */
const littleBeside = 200;

/**
 * What a grammar may take: a hundred times what it takes for code, so that no load of the machine makes a difference. Text that is not of the
 * language takes it quadratic time to recover from: 44 s for 190 KB of "def (".
 */
export const millisecondsFor = (characters: number): number => 2_000 + characters / 20;

/**
 * What a grammar may take of memory, where files of code take a tenth: of text that is not of the language it keeps the square of its length
 * (2 GB for 30 KB of "![ % a", all that it could have).
 */
const mostMemory = 2 ** 29;
/** WebAssembly gives nothing back: an instance that has taken more goes after the file. */
const mostKept = 2 ** 27;
const page = 2 ** 16;

interface TreeSitter {
  readonly Parser: typeof Parser;
  readonly Language: typeof Language;
  readonly memory: WebAssembly.Memory;
}

let library: Promise<TreeSitter> | null = null;
const languages = new Map<string, Promise<Language>>();

/** The declarations of `code`, or null where there is no grammar for `language`, or it finds no way through. */
export async function declarationsOf(
  code: string,
  language: string,
  milliseconds = millisecondsFor(code.length),
): Promise<Declaration[] | null> {
  const grammar = grammars[language];
  if (grammar === undefined) return null;
  library ??= loadLibrary();
  const { Parser: ParserClass, memory } = await library;
  const parsing = await loadLanguage(grammar);
  const end = performance.now() + milliseconds;
  try {
    const parser = new ParserClass();
    parser.setLanguage(parsing);
    const tree = parser.parse(code, null, { progressCallback: () => performance.now() > end });
    const found = tree && declarationsIn(tree.rootNode, 0);
    tree?.delete();
    parser.delete();
    if (memory.buffer.byteLength > mostKept) forgetLibrary();
    return found;
  } catch (error) {
    // Out of memory, or a step too deep: it is in pieces now, and the next file would fail as well.
    forgetLibrary();
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return null;
    throw error;
  }
}

const silent = (): void => undefined;

function forgetLibrary(): void {
  library = null;
  languages.clear();
}

/** A new instance each time: the package itself has one for ever. */
async function loadLibrary(): Promise<TreeSitter> {
  const require = createRequire(import.meta.url);
  const file = require.resolve("@vscode/tree-sitter-wasm");
  delete require.cache[file];
  const treeSitter = require(file) as Omit<TreeSitter, "memory">;
  const memory = new WebAssembly.Memory({ initial: 2 ** 25 / page, maximum: mostMemory / page });
  // Its types know one option only; and it would say on standard error that it gave up.
  const options: object = { wasmMemory: memory, print: silent, printErr: silent };
  await treeSitter.Parser.init(options as Parameters<typeof Parser.init>[0]);
  return { Parser: treeSitter.Parser, Language: treeSitter.Language, memory };
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

function declarationsIn(node: Node, depth: number): Declaration[] {
  const isWrapper = depth === 0 || wrappers.test(node.type) || containers.test(node.type);
  if (depth > deepest || (!isWrapper && node.namedChildCount > mostParts)) return [];
  return node.namedChildren.flatMap((child) =>
    child === null || (!isWrapper && isOneLine(child)) ? [] : declarationsAt(child, depth + 1),
  );
}

/** `node` itself where it is a declaration, else those inside. */
function declarationsAt(node: Node, depth: number): Declaration[] {
  const { type, startIndex: start, endIndex: end } = node;
  if (opaque.test(type)) return [];
  if (containers.test(type) || functions.test(type)) {
    const name = nameOf(node);
    if (name !== null) return [{ start, end, name, members: membersOf(node, depth) }];
  } else if (holders.test(type)) {
    const name = nameOfHolder(node);
    const value = valueOf(node);
    if (name !== null && value !== null) {
      if (containers.test(value.type) || functions.test(value.type) || takesFunction(value))
        return [{ start, end, name, members: membersOf(value, depth) }];
      const members = declarationsAt(value, depth + 1);
      return members.length > 0 ? [{ start, end, name, members }] : [];
    }
  } else if (takesFunction(node)) {
    const name = nameOfCall(node);
    if (name !== null) return [{ start, end, name, members: membersOf(node, depth) }];
  }
  const inner = declarationsIn(node, depth);
  if (inner.length !== 1) return inner;
  // An export, a decorator or a short condition belongs to the one thing it is for.
  const [only] = inner;
  const belongs =
    end - start <= wholeUpTo ||
    end - start - (only.end - only.start) <= littleBeside ||
    type === "decorated_definition" ||
    type === "template_declaration";
  return belongs ? [{ ...only, start, end }] : inner;
}

/** Members of a class, a function or a call, where it is too large to be whole. */
function membersOf(node: Node, depth: number): Declaration[] {
  const size = node.endIndex - node.startIndex;
  if (size <= wholeUpTo) return [];
  const members = declarationsIn(node.childForFieldName("body") ?? node, depth + 1);
  if (!functions.test(node.type)) return members;
  // A function with a helper in it is told as one; one that is mostly functions is a module.
  const inMembers = members.reduce((sum, { start, end }) => sum + end - start, 0);
  return inMembers > size / 2 ? members : [];
}

function isOneLine(node: Node): boolean {
  return node.startPosition.row === node.endPosition.row;
}

function valueOf(holder: Node): Node | null {
  let value = holder.childForFieldName("value") ?? holder.childForFieldName("right");
  while (value && aroundValues.test(value.type) && value.namedChildCount > 0) value = value.namedChild(0);
  return value && !isOneLine(value) ? value : value && functions.test(value.type) ? value : null;
}

/** Whether a function of several lines is given to this call, as an argument or in Ruby as its block. */
function takesFunction(call: Node): boolean {
  if (!calls.test(call.type)) return false;
  const block = call.childForFieldName("block");
  if (block) return !isOneLine(block);
  return argumentsOf(call).some((argument) => functions.test(argument.type) && !isOneLine(argument));
}

function argumentsOf(call: Node): Node[] {
  const all = call.childForFieldName("arguments");
  if (all === null || isOneLine(call) || all.namedChildCount > mostParts) return [];
  return all.namedChildren
    .flatMap((child) => (child?.type === "argument" ? child.namedChildren : [child]))
    .filter((child) => child !== null);
}

function nameOfCall(call: Node): string | null {
  // PHP and C# have a node around each argument.
  const first = call.childForFieldName("arguments")?.namedChild(0);
  const name = first?.type === "argument" ? first.namedChild(0) : first;
  return name && namesOfCalls.test(name.type) ? unquoted(name.text) : null;
}

function nameOfHolder(holder: Node): string | null {
  const name = ["name", "left", "key", "property", "declarator"].reduce<Node | null>(
    (found, field) => found ?? holder.childForFieldName(field),
    null,
  );
  // What takes a value apart ({ a, b }) is not a name for it.
  return name === null || /[{}()\n]/.test(name.text) ? null : unquoted(name.text);
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
    if (at.childForFieldName("declarator") === null)
      return at.type === "abstract_function_declarator" ? null : tidy(at.text);
  }
  return null;
}

const longestName = 200;

/** The words of a string or a symbol: 'adds', "adds", `adds`, :adds */
function unquoted(text: string): string | null {
  // Quotes without end pair in as many ways as the cube of their number.
  if (text.length > longestName) return null;
  return tidy(
    text.replace(/^(?:[@$a-zA-Z]*(["'`]+)(.*)\1|:(\w+))$/s, (_, _quotes, inside, symbol) => inside ?? symbol),
  );
}

function tidy(name: string): string | null {
  const line = name.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line === "" || line.length > longestName ? null : line;
}
