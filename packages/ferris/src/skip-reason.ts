/**
 * Why a file is left out of the index. Every file that is left out is counted under one of these.
 */
export type SkipReason =
  | "ignored" // .gitignore, .ferrisignore
  | "filtered" // --include, --exclude, --type
  | "hidden" // a name that starts with a dot
  | "dependencies" // node_modules, virtual environments
  | "build output"
  | "lock file"
  | "minified"
  | "backup" // what editors and Office leave beside a file
  | "own file" // ferris's: lists of files that it wrote, its settings, indexes
  | "binary"
  | "picture" // without words, or OCR is not there to find them
  | "too large"
  | "symbolic link"
  | "not a file" // socket, pipe, device
  | "duplicate"
  | "empty"
  | "unsupported" // text, but nothing that a person reads
  | "unreadable" // no permission, or gone while walking
  | "encoding" // a character set that is neither declared nor told for sure
  | "damaged" // its parser gave up
  | "encrypted"
  | "no text"; // a scan

/** Those that a user should hear about one by one, and that the exit code tells: the file was meant to be indexed. */
export const failureReasons: ReadonlySet<SkipReason> = new Set<SkipReason>([
  "too large",
  "unreadable",
  "encoding",
  "damaged",
  "encrypted",
  "no text",
]);
