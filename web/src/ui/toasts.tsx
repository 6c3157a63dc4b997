/** Short notes about what just happened, with an undo where there is one. */

import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { explained } from "@/api/client";
import { Button } from "./controls";

interface Toast {
  id: number;
  text: string;
  undo?: () => void;
  tone: "plain" | "error";
}

const SHOWN_MS = 6000;
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

export function notify(text: string, options: { undo?: () => void; tone?: Toast["tone"] } = {}): void {
  const id = nextId++;
  set([...toasts.slice(-3), { id, text, undo: options.undo, tone: options.tone ?? "plain" }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Says that something did not work, why, and what to do about it. */
export function complain(error: Error, what = ""): void {
  notify(what ? `${what}: ${explained(error)}` : explained(error), { tone: "error" });
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="fixed right-4 bottom-4 z-60 max-wide:bottom-18 flex flex-col gap-2"
    >
      {shown.map((toast) => (
        <div
          key={toast.id}
          data-state="open"
          className="floating flex items-center gap-3 py-1.5 pr-1.5 pl-3 text-label"
        >
          <span className={toast.tone === "error" ? "text-error" : ""}>{toast.text}</span>
          {toast.undo && (
            <Button
              look="ghost"
              onClick={() => {
                toast.undo?.();
                dismiss(toast.id);
              }}
            >
              Undo
            </Button>
          )}
          <Button look="ghost" square icon={X} aria-label="Dismiss" onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
