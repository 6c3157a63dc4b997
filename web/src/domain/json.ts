/** JSON as coloured, foldable lines for a virtual list. Pure; walks with its own stack, so depth cannot break it. */

export type JsonTone = "key" | "string" | "number" | "word" | "mark";
export interface JsonPiece {
  tone: JsonTone;
  text: string;
}
export interface JsonLine {
  depth: number;
  pieces: JsonPiece[];
  /** Path of the container that opens on this line, else null. */
  opens: string | null;
}

const MAX_LINES = 200_000;
const MAX_TEXT = 4_000;

interface Frame {
  path: string;
  entries: [string | null, unknown][];
  at: number;
  close: string;
  depth: number;
}

/** Lines of a value; containers in `shut` stay on one line with their size. */
export function jsonLines(value: unknown, shut: ReadonlySet<string> = new Set()): JsonLine[] {
  const lines: JsonLine[] = [];
  const stack: Frame[] = [];
  open(null, value, "$", 0, "", lines, stack, shut);
  while (stack.length && lines.length < MAX_LINES) {
    const frame = stack.at(-1) as Frame;
    const entry = frame.entries[frame.at];
    if (!entry) {
      stack.pop();
      const comma = trailingComma(stack.at(-1));
      lines.push({ depth: frame.depth, pieces: [{ tone: "mark", text: frame.close + comma }], opens: null });
      continue;
    }
    frame.at++;
    const [key, child] = entry;
    const path = `${frame.path}/${key ?? frame.at - 1}`;
    open(key, child, path, frame.depth + 1, trailingComma(frame), lines, stack, shut);
  }
  return lines;
}

function trailingComma(frame: Frame | undefined): string {
  return frame && frame.at < frame.entries.length ? "," : "";
}

function open(
  key: string | null,
  value: unknown,
  path: string,
  depth: number,
  comma: string,
  lines: JsonLine[],
  stack: Frame[],
  shut: ReadonlySet<string>,
): void {
  const head: JsonPiece[] =
    key === null
      ? []
      : [
          { tone: "key", text: JSON.stringify(key) },
          { tone: "mark", text: ": " },
        ];
  if (typeof value !== "object" || value === null) {
    lines.push({
      depth,
      pieces: [...head, scalar(value), ...(comma ? [{ tone: "mark" as const, text: comma }] : [])],
      opens: null,
    });
    return;
  }
  const list = Array.isArray(value);
  const entries: [string | null, unknown][] = list ? value.map((each) => [null, each]) : Object.entries(value);
  const [start, end] = list ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0 || shut.has(path)) {
    const inside = entries.length ? ` ${entries.length} ` : "";
    lines.push({
      depth,
      pieces: [...head, { tone: "mark", text: `${start}${inside}${end}${comma}` }],
      opens: entries.length ? path : null,
    });
    return;
  }
  lines.push({ depth, pieces: [...head, { tone: "mark", text: start }], opens: path });
  stack.push({ path, entries, at: 0, close: end, depth });
}

function scalar(value: unknown): JsonPiece {
  if (typeof value === "string") {
    const cut =
      value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… ${value.length - MAX_TEXT} more characters` : value;
    return { tone: "string", text: JSON.stringify(cut) };
  }
  if (typeof value === "number") return { tone: "number", text: String(value) };
  return { tone: "word", text: String(value) };
}

/** The value that a text holds if it is a JSON object or list, else undefined: what a "pretty" view may unfold. */
export function parseContainer(text: string): unknown {
  const trimmed = text.trimStart();
  if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Any recorded value as text: a string as it is, all else as indented JSON. */
export function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
