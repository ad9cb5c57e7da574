/** The blobs of a hub cache, the page's side: there are none. A page loads models by URL, and its browser caches them. */
import { InvalidArgumentError } from "../errors.ts";

export type BlobHash = "sha256" | "git";

export async function hasBlob(): Promise<boolean> {
  return false;
}

/** Cannot be made in a page. */
export class PartialBlob {
  length = 0;

  static async open(): Promise<PartialBlob> {
    throw noFiles();
  }

  async write(_piece: Uint8Array): Promise<void> {
    throw noFiles();
  }

  async finish(_name: string): Promise<boolean> {
    throw noFiles();
  }

  async suspend(): Promise<void> {
    throw noFiles();
  }

  async discard(): Promise<void> {
    throw noFiles();
  }
}

export async function linkSnapshot(): Promise<string> {
  throw noFiles();
}

export async function writeReference(): Promise<void> {
  throw noFiles();
}

function noFiles(): InvalidArgumentError {
  return new InvalidArgumentError("A page has no files to download a model into; load it by its URL.");
}
