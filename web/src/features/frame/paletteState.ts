/** Whether the palette or the shortcuts sheet is open; any button may open them. */

import { useSyncExternalStore } from "react";

type Open = "palette" | "shortcuts" | null;
let open: Open = null;
const listeners = new Set<() => void>();

export function setOpen(next: Open): void {
  open = next;
  for (const listener of listeners) listener();
}

export const openPalette = () => setOpen("palette");
export const openShortcuts = () => setOpen("shortcuts");

export function useOpen(): Open {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}
