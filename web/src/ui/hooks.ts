/** Small hooks of the interface: a shared clock, the viewport, a delayed value. */

import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from "react";

const clockListeners = new Set<() => void>();
let clockNow = Date.now();
let clockTimer: ReturnType<typeof setInterval> | undefined;

/** The time, ticking every five seconds, one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      clockListeners.add(listener);
      clockTimer ??= setInterval(() => {
        clockNow = Date.now();
        for (const each of clockListeners) each();
      }, 5000);
      return () => {
        clockListeners.delete(listener);
        if (clockListeners.size === 0) {
          clearInterval(clockTimer);
          clockTimer = undefined;
        }
      };
    },
    () => clockNow,
  );
}

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}

export const useNarrow = () => useMedia("(max-width: 719.5px)");

/** The value after it has stood still for `ms`. */
export function useDelayed<T>(value: T, ms: number): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return delayed;
}

/** True once it has held for `ms` without a break. */
export function useSettled(holds: boolean, ms: number): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (!holds) {
      setSettled(false);
      return;
    }
    const timer = setTimeout(() => setSettled(true), ms);
    return () => clearTimeout(timer);
  }, [holds, ms]);
  return holds && settled;
}

/** The value that was asked for last, before the page shows it: keys that follow fast count from there. */
export function useAhead<T>(shown: T): RefObject<T> {
  const ahead = useRef(shown);
  useEffect(() => {
    ahead.current = shown;
  }, [shown]);
  return ahead;
}

/** The title of the tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Pellucid`;
  }, [title]);
}

/** The last value that there was: an answer that failed does not empty the page. */
export function useKept<T>(value: T | undefined): T | undefined {
  const [kept, setKept] = useState(value);
  if (value !== undefined && value !== kept) setKept(value);
  return value ?? kept;
}
