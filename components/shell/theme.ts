/** Light, dark, or as the system says. Kept in a cookie, so that the server renders the right one and nothing flashes. */

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const THEME_COOKIE = 'quorate-theme';

export const parseTheme = (text: string | undefined): Theme => THEMES.find((theme) => theme === text) ?? 'system';

const YEAR_SECONDS = 31_536_000;

export function currentTheme(): Theme {
  return parseTheme(document.documentElement.dataset.theme);
}

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing outside secure contexts
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}

/** The theme after this one: system → light → dark → system. */
export const nextTheme = (theme: Theme): Theme => THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
