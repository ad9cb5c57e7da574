/** The versions door, the browser's side: bundled packages carry no version that can be asked for. */

export function packageVersion(_name: string): string | null {
  return null;
}

export function platformName(): string {
  return globalThis.navigator?.userAgent ?? "a browser";
}
