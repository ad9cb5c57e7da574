/** Moving through results by keys: the one that has the focus is the one that is chosen. */
import { useLayoutEffect } from "preact/hooks";
import { searchFieldId } from "./search-field.tsx";

const resultLink = "[data-result] a.result-title";

const links = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(resultLink)];

/** The result number `index`, from 0. */
export function focusResult(index: number): void {
  links()[index]?.focus();
}

/** Arrows, Home, End and Escape within a list of results. */
export function onResultKey(event: KeyboardEvent): void {
  const all = links();
  const here = all.indexOf(document.activeElement as HTMLElement);
  if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
  if (target === undefined && event.key !== "Escape") return;
  event.preventDefault();
  if (target === undefined || target < 0) focusSearchField();
  else all[Math.min(target, all.length - 1)]!.focus();
}

/**
 * Keeps the focus when `found` is another answer, as that to the last letters is where somebody is among the results already: on the same
 * result, or in the field where that is not found any more. Enter on another would open what nobody chose.
 */
export function useKeptFocus(found: unknown): void {
  // Read while the earlier list stands.
  const before = document.activeElement as HTMLElement | null;
  useLayoutEffect(() => {
    if (before === document.activeElement || !before?.matches(resultLink)) return;
    if (before.isConnected) before.focus();
    else document.getElementById(searchFieldId)?.focus();
  }, [found]);
}

export function focusSearchField(): void {
  const field = document.getElementById(searchFieldId) as HTMLInputElement | null;
  field?.focus();
  field?.select();
}
