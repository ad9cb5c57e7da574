/** The language of a file by its name, of those that can be coloured. */
const byExtension = new Map(
  Object.entries({
    bash: "sh bash zsh",
    c: "c h",
    cpp: "cc cpp cxx hpp hh",
    csharp: "cs",
    css: "css scss",
    diff: "diff patch",
    go: "go",
    ini: "ini toml cfg conf",
    java: "java",
    javascript: "js mjs cjs jsx",
    json: "json jsonl ndjson",
    kotlin: "kt kts",
    latex: "tex",
    lua: "lua",
    php: "php",
    python: "py pyi",
    ruby: "rb",
    rust: "rs",
    scala: "scala",
    sql: "sql",
    swift: "swift",
    typescript: "ts tsx mts cts",
    xml: "xml svg html htm xhtml vue",
    yaml: "yaml yml",
  }).flatMap(([language, extensions]) => extensions.split(" ").map((extension) => [extension, language] as const)),
);
const byOtherName = new Map(Object.entries({ shell: "bash", console: "bash", golang: "go", toml: "ini", html: "xml" }));

export function languageOf(path: string): string | null {
  return byExtension.get(path.split(".").at(-1)!.toLowerCase()) ?? null;
}

/** By what stands behind the fence of a block of code. */
export function languageNamed(name: string): string | null {
  const word = name
    .trim()
    .split(/[\s,{]/)[0]!
    .toLowerCase();
  if (byOtherName.has(word)) return byOtherName.get(word)!;
  return byExtension.get(word) ?? ([...byExtension.values()].includes(word) ? word : null);
}
