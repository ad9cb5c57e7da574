/**
 * What is not worth indexing, known from names and neighbours alone: dependencies, build output, lock files, pictures.
 *
 * Pure functions over names. A folder named `build` may hold documents, so folders count as build output only beside the
 * file of a build tool that writes there. Content is looked at elsewhere (decode/, the parsers).
 */
import type { SkipReason } from "../../skip-reason.ts";

const dependencyFolders = new Set(["node_modules", "bower_components", "jspm_packages", "site-packages"]);

const alwaysBuildOutput = new Set(["__pycache__", "_build", "htmlcov"]);

/** Folder names that are build output where one of these files stands beside them. */
const buildOutputBeside: Readonly<Record<string, readonly string[]>> = {
  dist: ["package.json", "pyproject.toml", "setup.py"],
  build: ["package.json", "pyproject.toml", "setup.py", "CMakeLists.txt", "build.gradle", "build.gradle.kts"],
  out: ["package.json", "build.gradle", "build.gradle.kts"],
  coverage: ["package.json"],
  target: ["Cargo.toml", "pom.xml"],
  bin: ["packages.config"],
  obj: ["packages.config"],
  vendor: ["go.mod", "composer.json", "Gemfile"],
  _site: ["_config.yml"],
};

const lockFiles = new Set([
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "bun.lockb",
  "deno.lock",
  "cargo.lock",
  "poetry.lock",
  "pipfile.lock",
  "uv.lock",
  "pdm.lock",
  "composer.lock",
  "gemfile.lock",
  "go.sum",
  "flake.lock",
  "mix.lock",
  "pubspec.lock",
  "podfile.lock",
  "packages.lock.json",
  "gradle.lockfile",
]);

/** What ferris reads itself. */
const settingsName = "ferris.json";

function extensions(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

/** Pictures that OCR reads, where it is installed. */
export const pictureExtensions: readonly string[] = ["png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp"];

const binaryExtensions = extensions(`
  gif ico avif heic heif psd ai xcf raw cr2 nef
  mp3 mp4 m4a m4v mov avi mkv webm wav flac ogg oga ogv opus aac wma wmv mid midi
  bz2 tbz xz txz zst lz4 7z rar jar war ear apk ipa dmg iso img deb rpm cab msi whl gem crx xpi br
  exe dll so dylib a o obj lib bin elf class pyc pyo pyd wasm node pdb ko
  ttf otf woff woff2 eot pfb
  db db3 sqlite sqlite3 mdb accdb parquet feather arrow orc avro h5 hdf5 npy npz pkl pickle pt pth ckpt safetensors onnx gguf tflite
  blend fbx glb gltf stl dwg skp keystore p12 pfx der
`);

/** Text, but drawn, generated or styled rather than written. */
const unsupportedExtensions = extensions("abw map snap css scss sass less styl pot xliff tsbuildinfo lcov");

/** `name` is a folder's; `siblings` are the names in the folder that holds it. Null: worth a look inside. */
export function folderLeftOut(name: string, siblings: ReadonlySet<string>): SkipReason | null {
  // In a Maildir folders of mail below the inbox begin with a dot: ".Sent", ".Archive.2024".
  if (name.startsWith(".") && !(siblings.has("cur") && siblings.has("new"))) return "hidden";
  if (dependencyFolders.has(name)) return "dependencies";
  if (alwaysBuildOutput.has(name)) return "build output";
  if (buildOutputBeside[name]?.some((tool) => siblings.has(tool))) return "build output";
  return null;
}

/** A virtual environment of Python is a folder of any name with this file in it. */
export function isPythonEnvironment(names: ReadonlySet<string>): boolean {
  return names.has("pyvenv.cfg");
}

/** By a file's name alone, `withPictures` where there is OCR. Null: worth reading. */
export function fileLeftOut(name: string, withPictures = false): SkipReason | null {
  const lower = name.toLowerCase();
  if (name.startsWith(".")) return "hidden";
  if (lockFiles.has(lower)) return "lock file";
  if (name === settingsName) return "own file";
  // Office's note of who has a document open; the older text of a file, beside it.
  if (name.startsWith("~$") || /(?:~|\.bak|\.sw[op])$|^#.*#$/.test(lower)) return "backup";
  const extension = extensionOf(lower);
  if (pictureExtensions.includes(extension)) return withPictures ? null : "picture";
  if (binaryExtensions.has(extension)) return "binary";
  if (unsupportedExtensions.has(extension)) return "unsupported";
  if (/[.-]min\.(?:js|mjs|cjs|html?)$/.test(lower) || lower.endsWith(".bundle.js")) return "minified";
  return null;
}

/** Whether a file of that name may hold anything: documents, or a program, or a disk. */
export function holdsAnything(name: string): boolean {
  return /\.(?:zip|gz|tgz|tar)$/i.test(name);
}

/** Without the dot, in lower case; empty where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}
