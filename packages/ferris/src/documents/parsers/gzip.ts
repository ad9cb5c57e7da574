/**
 * Documents that are packed by themselves: notes.txt.gz, changelog.gz, papers.tar.gz. Other archives and source code within are left alone.
 */
import { basename } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { DocumentError } from "../../errors.ts";
import type { ParsedDocument } from "../document.ts";
import { fileLeftOut, holdsAnything } from "../walk/left-out.ts";
import type { ParserInput } from "./parser.ts";

const mostBytes = 256 * 2 ** 20;
/** In a message, say. */
const deepest = 1;
const mostRatio = 200;
const ratioMattersAbove = 4 * 2 ** 20;

export async function parseGzip({ path, bytes, depth = 0, inside }: ParserInput): Promise<ParsedDocument> {
  const inner = path.replace(/\.tgz$/i, ".tar").replace(/\.gz$/i, "");
  const name = basename(inner);
  if (depth > deepest || fileLeftOut(name) !== null || (holdsAnything(name) && !isTarName(name))) {
    throw new DocumentError("binary", `${name} in it is not a document`);
  }
  const most = Math.min(mostBytes, Math.max(ratioMattersAbove, mostRatio * bytes.length));
  let unpacked: Uint8Array;
  let isCut = false;
  try {
    try {
      unpacked = gunzipSync(bytes, { maxOutputLength: most });
    } catch (cause) {
      // It ends early, as a download that broke off: what is there is read.
      if ((cause as NodeJS.ErrnoException).code !== "Z_BUF_ERROR") throw cause;
      unpacked = gunzipSync(bytes, { maxOutputLength: most, finishFlush: constants.Z_SYNC_FLUSH });
      isCut = true;
      if (unpacked.length === 0) throw cause;
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new DocumentError(
        "too large",
        `it unpacks to more than ${Math.round(most / 2 ** 20)} MB; possible zip bomb`,
      );
    }
    throw new DocumentError("damaged", `it cannot be unpacked: ${(cause as Error).message}`, { cause });
  }
  if (inside.isData(inner, unpacked)) throw new DocumentError("binary", `${name} in it is not a document`);
  const document = await inside.parse(inner, unpacked);
  // Lines are those of the file inside; bytes of it are nowhere on disk.
  return {
    ...document,
    type: "gzip",
    warnings: isCut ? ["it ends early: what would follow is missing", ...document.warnings] : document.warnings,
    encoding: null,
    blocks: document.blocks.map(({ source, ...block }) =>
      source ? { ...block, source: { ...source, startByte: null, endByte: null } } : block,
    ),
  };
}

function isTarName(name: string): boolean {
  return name.toLowerCase().endsWith(".tar");
}
