/**
 * Source code by file extension, and by the interpreter that a script's first line names: the language's name. What is not here
 * and is text is read as plain text.
 */
export const languages: Readonly<Record<string, string>> = {
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  py: "python",
  pyi: "python",
  rb: "ruby",
  rs: "rust",
  go: "go",
  java: "java",
  kt: "kotlin",
  kts: "kotlin",
  scala: "scala",
  swift: "swift",
  c: "c",
  h: "c",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  hh: "cpp",
  hpp: "cpp",
  hxx: "cpp",
  m: "objective-c",
  mm: "objective-c",
  cs: "c-sharp",
  fs: "f-sharp",
  php: "php",
  pl: "perl",
  pm: "perl",
  lua: "lua",
  r: "r",
  jl: "julia",
  ex: "elixir",
  exs: "elixir",
  erl: "erlang",
  hs: "haskell",
  ml: "ocaml",
  mli: "ocaml",
  clj: "clojure",
  dart: "dart",
  zig: "zig",
  sh: "bash",
  bash: "bash",
  zsh: "bash",
  fish: "fish",
  ps1: "powershell",
  sql: "sql",
  proto: "protobuf",
  graphql: "graphql",
  wgsl: "wgsl",
  glsl: "glsl",
  metal: "metal",
  cu: "cuda",
  vue: "vue",
  svelte: "svelte",
  tf: "terraform",
  nix: "nix",
  toml: "toml",
  yaml: "yaml",
  yml: "yaml",
  ini: "ini",
  cfg: "ini",
  cmake: "cmake",
  gradle: "gradle",
};

/** By the interpreter's name without its version. */
const interpreters: Readonly<Record<string, string>> = {
  python: "python",
  pypy: "python",
  sh: "bash",
  bash: "bash",
  dash: "bash",
  ash: "bash",
  ksh: "bash",
  zsh: "bash",
  fish: "fish",
  node: "javascript",
  nodejs: "javascript",
  bun: "typescript",
  deno: "typescript",
  tsx: "typescript",
  "ts-node": "typescript",
  ruby: "ruby",
  jruby: "ruby",
  perl: "perl",
  php: "php",
  pwsh: "powershell",
  lua: "lua",
  luajit: "lua",
  rscript: "r",
  julia: "julia",
  elixir: "elixir",
  escript: "erlang",
  runhaskell: "haskell",
  runghc: "haskell",
};

/** The language of a script by its first line: #!/usr/bin/env python3, #!/bin/sh -e. */
export function languageOfScript(beginning: string): string | undefined {
  if (!beginning.startsWith("#!")) return undefined;
  const [command = "", ...rest] = beginning.slice(2, 200).split("\n")[0].trim().split(/\s+/);
  const name = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  // env may have options and variables before the command.
  const interpreter = name(command) === "env" ? rest.find((word) => !/^-|=/.test(word)) : command;
  const known = name(interpreter ?? "")
    .toLowerCase()
    .replace(/[\d.]+$/, "");
  return Object.hasOwn(interpreters, known) ? interpreters[known] : undefined;
}
