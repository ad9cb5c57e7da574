/** How numbers, sizes and names are written for people. */

const whole = new Intl.NumberFormat("en");

export function grouped(value: number): string {
  return whole.format(Math.round(value));
}

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0)} kB`;
  return `${(count / 1_000_000).toFixed(count < 10_000_000 ? 1 : 0)} MB`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** Control characters, and those that turn the direction of what follows, would make a name look like another one. */
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A name with what cannot be seen in it as U+NNNN. */
export function visible(name: string): string {
  return name.replace(unseen, (sign) => `⟨U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

/** A path's folders and its last step. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const bare = path.replace(/^\//, "");
  const at = bare.lastIndexOf("/") + 1;
  return { folder: visible(bare.slice(0, at)), name: visible(bare.slice(at)) };
}
