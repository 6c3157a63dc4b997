/** Prompts as the interface handles them: folders, labels in words, templates filled in for a preview. Pure. */

import { formatShare } from "./format";

export interface ArmLike {
  version: number;
  probability: number;
}

export interface Folder<Entry> {
  /** Empty for prompts without a folder. */
  name: string;
  entries: Entry[];
}

/** By folder, those without one first; within it in the given order. */
export function byFolder<Entry extends { name: string }>(entries: readonly Entry[]): Folder<Entry>[] {
  const folders = new Map<string, Entry[]>();
  for (const entry of entries) {
    const folder = entry.name.slice(0, Math.max(0, entry.name.lastIndexOf("/")));
    const kept = folders.get(folder);
    if (kept) kept.push(entry);
    else folders.set(folder, [entry]);
  }
  return [...folders]
    .map(([name, kept]) => ({ name, entries: kept }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** `v7`, `v7 90 % · v8 10 %`, `not set`. */
export function armsText(arms: readonly ArmLike[]): string {
  const [first] = arms;
  if (!first) return "not set";
  if (arms.length === 1) return `v${first.version}`;
  return arms.map((arm) => `v${arm.version} ${formatShare(arm.probability, 1)}`).join(" · ");
}

const TAG = /\{\{\s*(>?)\s*([^{}]*?)\s*\}\}/g;

export interface Piece {
  kind: "text" | "variable" | "reference";
  text: string;
}

/** A template in pieces, to be drawn with its tags marked. */
export function pieces(template: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of template.matchAll(TAG)) {
    if (match.index > at) found.push({ kind: "text", text: template.slice(at, match.index) });
    found.push({ kind: match[1] ? "reference" : "variable", text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < template.length) found.push({ kind: "text", text: template.slice(at) });
  return found;
}

/** A prompt as one text: messages under their roles, placeholders named. What two versions are compared by. */
export function promptText(prompt: unknown): string {
  if (typeof prompt === "string") return prompt;
  if (!Array.isArray(prompt)) return "";
  return prompt.map(messageText).join("\n\n");
}

function messageText(message: unknown): string {
  if (typeof message !== "object" || message === null) return "";
  const { role, content, type, name } = message as Record<string, unknown>;
  if (type === "placeholder") return `[placeholder ${String(name)}]`;
  return `[${String(role)}]\n${typeof content === "string" ? content : JSON.stringify(content, null, 2)}`;
}

/** What somebody typed for a variable, as its type wants it. Raises where it cannot be. */
export function typedValue(text: string, type: string): unknown {
  if (type === "string") return text;
  const value: unknown = JSON.parse(text);
  const fits =
    type === "messages" || type === "array"
      ? Array.isArray(value)
      : type === "object"
        ? typeof value === "object" && value !== null && !Array.isArray(value)
        : typeof value === type;
  if (!fits) throw new SyntaxError(`not of type ${type}`);
  return value;
}
