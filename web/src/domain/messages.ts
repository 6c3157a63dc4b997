/** Messages of a span as they are shown: calls paired with their results, long text folded. Pure. */

export interface PartLike {
  type: string;
  text?: string | null;
  id?: string | null;
  name?: string | null;
  arguments?: unknown;
  result?: unknown;
  is_error?: boolean | null;
}

export interface MessageLike<P extends PartLike> {
  role: string;
  name?: string | null;
  finish_reason?: string | null;
  parts: P[];
}

/** The results of tool calls, by the id that pairs them. */
export function resultsById<P extends PartLike>(messages: readonly MessageLike<P>[]): Map<string, P> {
  const results = new Map<string, P>();
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.type === "tool_result" && part.id && !results.has(part.id)) results.set(part.id, part);
    }
  }
  return results;
}

/** Ids of results that some call will show; a result without a call stands by itself. */
export function pairedResults<P extends PartLike>(messages: readonly MessageLike<P>[]): Set<string> {
  const results = resultsById(messages);
  const paired = new Set<string>();
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.type === "tool_call" && part.id && results.has(part.id)) paired.add(part.id);
    }
  }
  return paired;
}

/** Earlier turns of a chat: everything before the last user message but the system prompt, when there is enough to fold. */
export function earlierTurns<P extends PartLike>(
  messages: readonly MessageLike<P>[],
): { from: number; to: number } | null {
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const from = messages.findIndex((message) => message.role !== "system");
  return lastUser - from >= 4 ? { from, to: lastUser } : null;
}

export const FOLD_LINES = 40;
const FOLD_CHARS = 8_000;

export interface Folded {
  head: string;
  hiddenLines: number;
  hiddenChars: number;
}

/** The first lines of a long text, and how much is hidden. Works on the prefix only, so a megabyte costs nothing. */
export function fold(text: string, lines = FOLD_LINES): Folded {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    const next = text.indexOf("\n", at + 1);
    if (next === -1) {
      at = text.length;
      break;
    }
    at = next;
  }
  const cut = Math.min(at, FOLD_CHARS);
  if (cut >= text.length) return { head: text, hiddenLines: 0, hiddenChars: 0 };
  return {
    head: text.slice(0, cut),
    hiddenLines: countLines(text) - countLines(text.slice(0, cut)),
    hiddenChars: text.length - cut,
  };
}

export function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Lines for a virtual list; a line without breaks is cut so that no single row is a megabyte wide. */
export function splitLines(text: string, most = 2_000): string[] {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    if (line.length <= most) lines.push(line);
    else for (let at = 0; at < line.length; at += most) lines.push(line.slice(at, at + most));
  }
  return lines;
}

export function wordCount(text: string): number {
  let count = 0;
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const blank = text.charCodeAt(at) <= 32;
    if (!blank && !inside) count++;
    inside = !blank;
  }
  return count;
}

/** Where a search term stands in a text, case folded; bounded. */
export function findAll(text: string, needle: string, most = 500): [number, number][] {
  const wanted = needle.trim().toLowerCase();
  if (!wanted) return [];
  const hay = text.toLowerCase();
  if (hay.length !== text.length) return [];
  const ranges: [number, number][] = [];
  for (let at = hay.indexOf(wanted); at !== -1 && ranges.length < most; at = hay.indexOf(wanted, at + wanted.length)) {
    ranges.push([at, at + wanted.length]);
  }
  return ranges;
}
