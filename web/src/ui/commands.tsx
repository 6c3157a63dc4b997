/**
 * Commands as objects: a name, a key, a test whether it applies, what it does. Pages offer theirs while they are shown;
 * the palette, the shortcuts sheet, menus and the keyboard all read the same list.
 */

import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import type { IconType } from "./icons";

export interface Command {
  id: string;
  name: string;
  group: string;
  icon?: IconType;
  /** `j`, `shift+j`, `mod+k`, or two strokes: `g t`. */
  key?: string;
  /** Whether it applies now; it always does without one. */
  predicate?: () => boolean;
  /** Its key works while the person types in a field. */
  whileTyping?: boolean;
  /** Not offered in the palette, only by its key. */
  keyOnly?: boolean;
  run: () => void;
}

let groups: readonly (readonly Command[])[] = [];
let flat: readonly Command[] = [];
const listeners = new Set<() => void>();

function publish(next: readonly (readonly Command[])[]): void {
  groups = next;
  flat = groups.flat();
  for (const listener of listeners) listener();
}

/** Offers commands while the component is shown. Later offers win their keys over earlier ones. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  useLayoutEffect(() => {
    latest.current = commands;
  });
  const signature = commands.map((command) => `${command.id}/${command.name}/${command.key ?? ""}`).join("|");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for what is shown of the commands
  useEffect(() => {
    const offered = latest.current.map((command) => ({
      ...command,
      predicate: () => find(latest.current, command.id)?.predicate?.() ?? true,
      run: () => find(latest.current, command.id)?.run(),
    }));
    publish([...groups, offered]);
    return () => publish(groups.filter((group) => group !== offered));
  }, [signature]);
}

function find(commands: readonly Command[], id: string): Command | undefined {
  return commands.find((command) => command.id === id);
}

export function useCommandList(): readonly Command[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => flat,
  );
}

const SECOND_STROKE_MS = 900;

/** The one listener for keys. */
export function useCommandKeys(): void {
  useEffect(() => {
    let first: { stroke: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const stroke = strokeOf(event);
      if (!stroke) return;
      const typing = isTyping(event.target);
      const sequence = first && event.timeStamp - first.at < SECOND_STROKE_MS ? `${first.stroke} ${stroke}` : null;
      const inDialog = document.querySelector('[role="dialog"][data-state="open"]:not([data-commands])') !== null;
      const usable = flat.filter((command) => (!typing || command.whileTyping) && (!inDialog || command.whileTyping));
      const hit =
        (sequence && usable.findLast((command) => command.key === sequence && (command.predicate?.() ?? true))) ||
        usable.findLast((command) => command.key === stroke && (command.predicate?.() ?? true));
      if (hit) {
        event.preventDefault();
        first = null;
        hit.run();
        return;
      }
      first = usable.some((command) => command.key?.startsWith(`${stroke} `)) ? { stroke, at: event.timeStamp } : null;
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function strokeOf(event: KeyboardEvent): string | null {
  const key = event.key.toLowerCase();
  if (["shift", "control", "alt", "meta"].includes(key) || event.altKey) return null;
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  const shift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key)) ? "shift+" : "";
  return `${mod}${shift}${key === " " ? "space" : key}`;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type))
  );
}
