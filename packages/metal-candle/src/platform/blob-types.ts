/** What both sides of the blobs door share. Types only. */

/** How a blob is named: SHA-256 of its bytes, or git's object id (SHA-1 of a header and the bytes). */
export type BlobHash = "sha256" | "git";
