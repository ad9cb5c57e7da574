/** Light or dark: as the system has it, until somebody chooses. The choice is kept in this browser. */
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const place = "ferris.theme";

export const theme = signal<Theme>(kept());

/** Puts the choice on the root element, where the tokens look for it; from now on at each change. */
export function followTheme(): void {
  effect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === "system") {
      delete dataset.theme;
      localStorage.removeItem(place);
    } else {
      dataset.theme = theme.value;
      localStorage.setItem(place, theme.value);
    }
  });
}

/** The next of the three. */
export function switchTheme(): void {
  theme.value = theme.value === "system" ? "light" : theme.value === "light" ? "dark" : "system";
}

function kept(): Theme {
  const value = localStorage.getItem(place);
  return value === "light" || value === "dark" ? value : "system";
}
