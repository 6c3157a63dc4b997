/** What a person chose for this browser: theme, time zone, density, the width of the rail. Kept in local storage. */

import { useSyncExternalStore } from "react";

export type Density = "compact" | "normal" | "roomy";
export const ROW_HEIGHT: Record<Density, number> = { compact: 28, normal: 32, roomy: 40 };

interface Preferences {
  theme: "light" | "dark" | "system";
  timeZone: "local" | "UTC";
  density: Density;
  rail: "narrow" | "wide";
  facets: "shown" | "hidden";
  split: string;
}

const DEFAULTS: Preferences = {
  theme: "system",
  timeZone: "local",
  density: "normal",
  rail: "narrow",
  facets: "shown",
  split: "38",
};
const listeners = new Set<() => void>();

function stored(name: string): string | null {
  try {
    return localStorage.getItem(`pellucid.${name}`);
  } catch {
    return null;
  }
}

export function usePreference<K extends keyof Preferences>(name: K): [Preferences[K], (value: Preferences[K]) => void] {
  const value = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => (stored(name) ?? DEFAULTS[name]) as Preferences[K],
  );
  return [value, (next) => setPreference(name, next)];
}

export function setPreference<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  try {
    localStorage.setItem(`pellucid.${name}`, value);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  if (name === "theme") applyTheme(value as Preferences["theme"]);
  for (const listener of listeners) listener();
}

function applyTheme(theme: Preferences["theme"]): void {
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

/** The zone in which times are written. */
export function useTimeZone(): string {
  const [choice] = usePreference("timeZone");
  return choice === "UTC" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What the chosen zone is ahead of UTC at a time, in milliseconds. */
export function zoneOffset(time: number, zone: string): number {
  return zone === "UTC" ? 0 : -new Date(time).getTimezoneOffset() * 60_000;
}
