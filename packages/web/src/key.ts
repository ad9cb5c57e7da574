/** The API key, where the server asks for one: kept for this tab alone, until it is closed. */
import { signal } from "@preact/signals";

const place = "ferris.key";

export const apiKey = signal(sessionStorage.getItem(place) ?? "");
/** Whether the server has refused the key, or the lack of one. */
export const keyRefused = signal(false);

export function useKey(key: string): void {
  apiKey.value = key;
  keyRefused.value = false;
  sessionStorage.setItem(place, key);
}
