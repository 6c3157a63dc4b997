/**
 * The text of a filter as the interface edits it: colouring, completion, and facets that toggle terms in the typed text.
 * The server owns the language and its errors; nothing here decides what a filter means, and text that this file does
 * not understand is left exactly as it was typed.
 */

export type TokenKind = "space" | "not" | "field" | "operator" | "value" | "phrase" | "word" | "paren";

export interface Token {
  kind: TokenKind;
  text: string;
  from: number;
  to: number;
}

/** A `field:value` in the text, with the stretch that it covers. */
export interface Term {
  negated: boolean;
  field: string;
  operator: string;
  values: string[];
  from: number;
  to: number;
}

const FIELD = /[A-Za-z_][\w.-]*(?:\."(?:[^"\\]|\\.)*")?(?=(?::|>=|<=|!=|=|>|<))/y;
const OPERATOR = /:(?:>=|<=|>|<|!=|=)?|>=|<=|!=|=|>|</y;
const QUOTED = /"(?:[^"\\]|\\.)*"?/y;
const BARE = /[^\s()",]+/y;
const SPACE = /\s+/y;

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Cuts the text into coloured pieces that together are the text. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: TokenKind, piece: string) => {
    tokens.push({ kind, text: piece, from: at, to: at + piece.length });
    at += piece.length;
  };
  while (at < text.length) {
    const space = match(SPACE, text, at);
    if (space) {
      push("space", space);
      continue;
    }
    const char = text[at] ?? "";
    const field = match(FIELD, text, at);
    if (field) {
      push("field", field);
      push("operator", match(OPERATOR, text, at) ?? ":");
      readValues(text, () => at, push);
    } else if (char === "(" || char === ")") push("paren", char);
    else if (char === "-" && /[A-Za-z_"(]/.test(text[at + 1] ?? "")) push("not", char);
    else if (char === '"') push("phrase", match(QUOTED, text, at) ?? char);
    else {
      const word = match(BARE, text, at) ?? char;
      push(word === "OR" || word === "AND" || word === "NOT" ? "not" : "word", word);
    }
  }
  return tokens;
}

/** One value, or several in parentheses: `field:(a, b)` means any of them. */
function readValues(text: string, at: () => number, push: (kind: TokenKind, piece: string) => void): void {
  if (text[at()] !== "(") {
    const value = match(QUOTED, text, at()) ?? match(BARE, text, at());
    if (value) push("value", value);
    return;
  }
  push("paren", "(");
  while (at() < text.length) {
    const space = match(SPACE, text, at());
    if (space) push("space", space);
    else if (text[at()] === ",") push("operator", ",");
    else if (text[at()] === ")") {
      push("paren", ")");
      return;
    } else {
      const value = match(QUOTED, text, at()) ?? match(BARE, text, at());
      if (!value) return;
      push("value", value);
    }
  }
}

/** All `field:value` terms of the text. */
export function terms(text: string): Term[] {
  const tokens = tokenize(text);
  const found: Term[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== "field") return;
    const before = tokens[index - 1];
    const operator = tokens[index + 1];
    const negated = before?.kind === "not" && before.text === "-";
    const values: string[] = [];
    let to = operator?.to ?? token.to;
    let inside = false;
    for (let next = index + 2; next < tokens.length; next++) {
      const piece = tokens[next];
      if (!piece) break;
      if (piece.kind === "value") values.push(unquote(piece.text));
      else if (piece.text === "(" && next === index + 2) inside = true;
      else if (!inside || (piece.kind !== "space" && piece.text !== "," && piece.text !== ")")) break;
      to = piece.to;
      if (!inside || piece.text === ")") break;
    }
    const from = negated ? (before?.from ?? token.from) : token.from;
    found.push({ negated, field: token.text, operator: operator?.text ?? ":", values, from, to });
  });
  return found;
}

/** A value as it must be typed: quoted where it holds anything that the language reads. */
export function quote(value: string): string {
  if (/^[A-Za-z0-9_][\w./@+-]*$/.test(value) && !/^(?:OR|AND|NOT)$/.test(value)) return value;
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

export function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const body = text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text.slice(1);
  return body.replace(/\\(.)/g, "$1");
}

/** The values that the text demands of a field (`field:a`, `field:(a, b)`), not the excluded ones. */
export function chosenValues(text: string, field: string): string[] {
  return terms(text)
    .filter((term) => !term.negated && term.field === field && term.operator === ":")
    .flatMap((term) => term.values);
}

/** The values that the text excludes (`-field:a`). */
export function excludedValues(text: string, field: string): string[] {
  return terms(text)
    .filter((term) => term.negated && term.field === field && term.operator === ":")
    .flatMap((term) => term.values);
}

/** Adds or takes away one value of a field; several values of one field stand in one term, which means "any of". */
export function toggleValue(text: string, field: string, value: string, negated = false): string {
  const term = terms(text).find((each) => each.negated === negated && each.field === field && each.operator === ":");
  if (!term) return append(text, `${negated ? "-" : ""}${field}:${quote(value)}`);
  const values = term.values.includes(value) ? term.values.filter((each) => each !== value) : [...term.values, value];
  const written = values.length ? `${negated ? "-" : ""}${field}:${anyOf(values)}` : "";
  return tidy(text.slice(0, term.from) + written + text.slice(term.to));
}

/** Several values as the language writes them. */
export function anyOf(values: readonly string[]): string {
  const [first] = values;
  return values.length === 1 && first !== undefined ? quote(first) : `(${values.map(quote).join(", ")})`;
}

/** The field with exactly this value, whatever was demanded or excluded of it before. */
export function setValue(text: string, field: string, value: string): string {
  return append(removeField(text, field), `${field}:${quote(value)}`);
}

/** Whether terms can be taken out of the text and the rest still means what it meant: not between alternatives. */
export function canRemove(text: string): boolean {
  return !tokenize(text).some((token) => token.text === "OR");
}

/** The text without any term of the field. */
export function removeField(text: string, field: string): string {
  let result = text;
  for (const term of terms(text).reverse()) {
    if (term.field === field) result = result.slice(0, term.from) + result.slice(term.to);
  }
  return tidy(result);
}

export function append(text: string, term: string): string {
  return tidy(`${text} ${term}`);
}

function tidy(text: string): string {
  return text
    .split(/("(?:[^"\\]|\\.)*"?)/)
    .map((piece) => (piece.startsWith('"') ? piece : piece.replace(/\s+/g, " ")))
    .join("")
    .trim();
}

/** The page's filter and the environment of the header as one filter; `offset` is where the typed text begins in it. */
export function withEnvironment(text: string, environment: string): { filter: string; offset: number } {
  if (!environment) return { filter: text, offset: 0 };
  const term = `environment:${quote(environment)}`;
  if (!text.trim()) return { filter: term, offset: 0 };
  const grouped = tokenize(text).some((token) => token.text === "OR");
  const head = `${term} ${grouped ? "(" : ""}`;
  return { filter: head + text + (grouped ? ")" : ""), offset: head.length };
}

export interface CompletionPlace {
  what: "field" | "value";
  /** The field whose value is being typed. */
  field: string;
  prefix: string;
  /** The stretch of the text that an accepted completion replaces. */
  from: number;
  to: number;
}

/** What is being typed at the caret: a field's name, or a value of a field. Null inside a phrase or other text. */
export function completionAt(text: string, caret: number): CompletionPlace | null {
  const tokens = tokenize(text);
  const index = tokens.findIndex((token) => token.from < caret && caret <= token.to);
  const token = tokens[index];
  if (!token || token.kind === "space" || token.kind === "paren" || token.kind === "not") {
    return { what: "field", field: "", prefix: "", from: caret, to: caret };
  }
  if (token.kind === "word" || token.kind === "field") {
    return { what: "field", field: "", prefix: text.slice(token.from, caret), from: token.from, to: token.to };
  }
  if (token.kind === "phrase") return null;
  const field = tokens.slice(0, index).findLast((each) => each.kind === "field")?.text;
  if (!field) return null;
  if (token.kind === "operator") return { what: "value", field, prefix: "", from: caret, to: caret };
  return { what: "value", field, prefix: unquote(text.slice(token.from, caret)), from: token.from, to: token.to };
}
