/**
 * Photographs and scans of papers: PNG, JPEG, WebP, TIFF, BMP, read by OCR where that is installed and switched on.
 *
 * A picture without words is not a failure: most have none; and neither is one that is damaged, of which nobody knows whether it had.
 */
import { imageSize } from "image-size";
import { DocumentError } from "../../errors.ts";
import { ContentBuilder } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { ocrInstallLine } from "../ocr/install-line.ts";
import { addOcrPage, isReadable } from "../ocr/add-page.ts";
import { type Orientation, recognise } from "../ocr/recognise.ts";
import { tiffPages } from "../ocr/tiff-pages.ts";
import type { ParserInput } from "./parser.ts";

/** A3 at 450 dpi, about. */
const mostPixels = 40_000_000;
/** Smaller ones are icons and ornaments. */
const leastSide = 100;
const tooSmall = "too small to hold a text";
const mostWarnings = 10;

export async function parseImage({ bytes, ocr, alive }: ParserInput): Promise<ParsedDocument> {
  if (ocr === "off") throw new DocumentError("picture", "a picture, and OCR is off");
  if (ocr === undefined) throw new DocumentError("picture", `a picture. To read the text in it: ${ocrInstallLine()}`);
  const builder = new ContentBuilder();
  const problems: DocumentError[] = [];
  const warnings: string[] = [];
  let number = 0;
  let isFound = false;
  for (const file of tiffPages(bytes)) {
    number++;
    if (file === null) {
      warnings.push(`it ends before page ${number}`);
      break;
    }
    try {
      const page = await recognise(file, ocr, { orientation: orientationOf(file), alive }).catch((cause: Error) => {
        if (cause instanceof DocumentError) throw cause;
        throw new DocumentError("picture", `cannot be read as a picture: ${cause.message}`, { cause });
      });
      alive?.();
      if (!isReadable(page)) continue;
      addOcrPage(builder, page, { page: number });
      isFound = true;
    } catch (error) {
      // A page costs that page: scanners put a small picture of each behind it.
      if (!(error instanceof DocumentError)) throw error;
      problems.push(error);
      if (error.message !== tooSmall && warnings.length < mostWarnings)
        warnings.push(`page ${number} is not read: ${error.message}`);
    }
  }
  if (!isFound) throw problems[0] ?? new DocumentError("picture", "OCR finds no words in it");
  return builder.finish("image", { warnings });
}

/** @throws DocumentError for a picture that is too large, or too small to hold a text */
function orientationOf(bytes: Uint8Array): Orientation {
  const { width, height, orientation } = sizeOf(bytes);
  if (width * height > mostPixels) {
    throw new DocumentError(
      "too large",
      `a picture of ${width} × ${height} pixels, the limit for OCR is ${mostPixels / 1_000_000} million: scale it down`,
    );
  }
  if (Math.min(width, height) < leastSide) throw new DocumentError("picture", tooSmall);
  return upright(orientation);
}

function sizeOf(bytes: Uint8Array): ReturnType<typeof imageSize> {
  try {
    return imageSize(bytes);
  } catch (cause) {
    throw new DocumentError("picture", `cannot be read as a picture: ${(cause as Error).message}`, { cause });
  }
}

function upright(orientation: number | undefined): Orientation {
  return orientation === 3 || orientation === 6 || orientation === 8 ? orientation : 1;
}
