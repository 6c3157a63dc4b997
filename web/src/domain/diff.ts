/** Differences: of two texts by word, and of two traces by step. Pure, and bounded in work. */

export interface Change {
  kind: "same" | "added" | "removed";
  text: string;
}

const MAX_CELLS = 4_000_000;

/** Word by word; where the texts are too long for that, line by line; beyond that, whole. */
export function diffText(before: string, after: string): Change[] {
  if (before === after) return before ? [{ kind: "same", text: before }] : [];
  const words = diffList(split(before, /(\s+)/), split(after, /(\s+)/));
  if (words) return join(words);
  const lines = diffList(split(before, /(\n)/), split(after, /(\n)/));
  if (lines) return join(lines);
  return [
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ];
}

function split(text: string, by: RegExp): string[] {
  return text.split(by).filter((piece) => piece !== "");
}

/** Longest common subsequence after the equal head and tail are taken off; null where the table would be too large. */
export function diffList(before: readonly string[], after: readonly string[]): Change[] | null {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  if ((a.length + 1) * (b.length + 1) > MAX_CELLS) return null;
  const same = (text: string): Change => ({ kind: "same", text });
  return [...before.slice(0, head).map(same), ...middle(a, b), ...before.slice(before.length - tail).map(same)];
}

function middle(a: readonly string[], b: readonly string[]): Change[] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] =
        a[i] === b[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  const changes: Change[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      changes.push({ kind: "same", text: a[i] ?? "" });
      i++;
      j++;
    } else if ((table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
      changes.push({ kind: "removed", text: a[i++] ?? "" });
    else changes.push({ kind: "added", text: b[j++] ?? "" });
  }
  for (; i < a.length; i++) changes.push({ kind: "removed", text: a[i] ?? "" });
  for (; j < b.length; j++) changes.push({ kind: "added", text: b[j] ?? "" });
  return changes;
}

function join(changes: readonly Change[]): Change[] {
  const joined: Change[] = [];
  for (const change of changes) {
    const last = joined.at(-1);
    if (last?.kind === change.kind) last.text += change.text;
    else joined.push({ ...change });
  }
  return joined;
}

export interface Step {
  key: string;
  depth: number;
}

export interface Pair<S extends Step> {
  before: S | null;
  after: S | null;
}

/** Steps of two traces side by side: equal steps (kind, name and depth) face each other, the rest stand alone. */
export function alignSteps<S extends Step>(before: readonly S[], after: readonly S[]): Pair<S>[] {
  const keyOf = (step: S) => `${step.depth} ${step.key}`;
  const changes = diffList(before.map(keyOf), after.map(keyOf));
  if (!changes)
    return [
      ...before.map((step) => ({ before: step, after: null })),
      ...after.map((step) => ({ before: null, after: step })),
    ];
  let i = 0;
  let j = 0;
  return changes.map((change) => ({
    before: change.kind === "added" ? null : (before[i++] ?? null),
    after: change.kind === "removed" ? null : (after[j++] ?? null),
  }));
}
