/**
 * A small part of Markdown as a tree of plain values: headings, paragraphs, lists, quotes, rules, tables as code, fenced
 * code, and inline strong, emphasis, code and links. It never yields HTML, never an image to fetch (an image becomes its
 * words), and a link only where `safeLink` allows it. The reader sees an element tree, so nothing recorded can run.
 */

import { safeLink } from "./safeUrl";

export type Inline =
  | { type: "text"; text: string }
  | { type: "strong" | "emphasis"; children: Inline[] }
  | { type: "code"; text: string }
  | { type: "link"; href: string; children: Inline[] };

export type Block =
  | { type: "heading"; level: number; children: Inline[] }
  | { type: "paragraph"; children: Inline[] }
  | { type: "quote"; children: Inline[] }
  | { type: "list"; ordered: boolean; items: Inline[][] }
  | { type: "code"; language: string; text: string }
  | { type: "rule" };

const MAX_INLINE_DEPTH = 6;

export function parseMarkdown(text: string): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const fence = /^\s{0,3}(`{3,}|~{3,})\s*([\w+-]*)/.exec(line);
    if (fence) {
      const end = closingFence(lines, at + 1, fence[1] ?? "```");
      blocks.push({ type: "code", language: fence[2] ?? "", text: lines.slice(at + 1, end).join("\n") });
      at = end + 1;
    } else if (!line.trim()) at++;
    else at = readBlock(lines, at, blocks);
  }
  return blocks;
}

function closingFence(lines: string[], from: number, fence: string): number {
  for (let at = from; at < lines.length; at++) if ((lines[at] ?? "").trim().startsWith(fence)) return at;
  return lines.length;
}

const ITEM = /^\s*(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;

function readBlock(lines: string[], at: number, blocks: Block[]): number {
  const line = lines[at] ?? "";
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) {
    blocks.push({ type: "heading", level: heading[1]?.length ?? 1, children: parseInline(heading[2] ?? "") });
    return at + 1;
  }
  if (/^\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) {
    blocks.push({ type: "rule" });
    return at + 1;
  }
  if (/^\s*\|.*\|\s*$/.test(line))
    return take(
      lines,
      at,
      (each) => /^\s*\|/.test(each),
      (text) => blocks.push({ type: "code", language: "table", text }),
    );
  if (/^\s{0,3}>/.test(line)) {
    return take(
      lines,
      at,
      (each) => /^\s{0,3}>/.test(each),
      (text) => blocks.push({ type: "quote", children: parseInline(text.replace(/^\s{0,3}>\s?/gm, "")) }),
    );
  }
  const item = ITEM.exec(line);
  if (item) return readList(lines, at, blocks, item[2] !== undefined);
  return take(
    lines,
    at,
    (each) => each.trim() !== "" && !/^\s{0,3}(?:#{1,6}\s|>|`{3}|~{3})/.test(each) && !ITEM.test(each),
    (text) => blocks.push({ type: "paragraph", children: parseInline(text) }),
  );
}

function take(lines: string[], at: number, belongs: (line: string) => boolean, emit: (text: string) => void): number {
  let end = at + 1;
  while (end < lines.length && belongs(lines[end] ?? "")) end++;
  emit(lines.slice(at, end).join("\n"));
  return end;
}

function readList(lines: string[], from: number, blocks: Block[], ordered: boolean): number {
  const items: Inline[][] = [];
  let at = from;
  while (at < lines.length) {
    const item = ITEM.exec(lines[at] ?? "");
    if (!item || (item[2] !== undefined) !== ordered) break;
    let text = item[3] ?? "";
    at++;
    while (at < lines.length && /^\s{2,}\S/.test(lines[at] ?? "") && !ITEM.test(lines[at] ?? ""))
      text += `\n${lines[at++]?.trim()}`;
    items.push(parseInline(text));
  }
  blocks.push({ type: "list", ordered, items });
  return at;
}

const INLINE =
  /`([^`\n]+)`|!?\[([^\]\n]{0,500})\]\(([^)\s]{1,2048})(?:\s+"[^"\n]*")?\)|\*\*([^*\n]+)\*\*|__([^_\n]+)__|\*([^*\s][^*\n]*)\*|(?<![\w])_([^_\s][^_\n]*)_(?![\w])/g;

export function parseInline(text: string, depth = 0): Inline[] {
  if (depth >= MAX_INLINE_DEPTH) return [{ type: "text", text }];
  const parts: Inline[] = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > at) parts.push({ type: "text", text: text.slice(at, found.index) });
    parts.push(inlineOf(found, depth));
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ type: "text", text: text.slice(at) });
  return parts;
}

function inlineOf(found: RegExpMatchArray, depth: number): Inline {
  const [whole, code, label, target, strong, strongToo, emphasis, emphasisToo] = found;
  if (code !== undefined) return { type: "code", text: code };
  if (target !== undefined) {
    const href = whole.startsWith("!") ? null : safeLink(target);
    return href ? { type: "link", href, children: parseInline(label ?? "", depth + 1) } : { type: "text", text: whole };
  }
  const bold = strong ?? strongToo;
  if (bold !== undefined) return { type: "strong", children: parseInline(bold, depth + 1) };
  return { type: "emphasis", children: parseInline(emphasis ?? emphasisToo ?? "", depth + 1) };
}
