/** A definition as its form edits it: parts are read without trust and written back without touching the rest. Pure. */

import type { Definition } from "@/api/evaluators";

export type Body = Record<string, unknown>;

export interface PromptMessage {
  role: string;
  content: string;
}

export const FORMS = [
  ["boolean", "yes or no"],
  ["number", "a number"],
  ["choice", "one of several words"],
  ["rubric", "a rubric of dimensions, 1 to 5"],
  ["items", "a list of statements with verdicts"],
] as const;

/** The type of score that each form of answer gives. */
const OUTPUTS: Record<string, Definition["output"]> = { boolean: "boolean", choice: "categorical" };

export function asObject(value: unknown): Body {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

export function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

export function messagesOf(body: Body): PromptMessage[] {
  const kept = Array.isArray(body.messages) ? body.messages : [];
  return kept.map(asObject).map(({ role, content }) => ({ role: asText(role) || "user", content: asText(content) }));
}

/** The same object with one key set, or taken away where there is nothing to say. */
export function having(body: Body, key: string, value: unknown): Body {
  const { [key]: _, ...rest } = body;
  return value === undefined ? rest : { ...body, [key]: value };
}

/** What was typed as a number; what is none stays text, so that the server says which field is wrong. */
export function readNumber(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
}

/** Lines that are not empty. */
export function readLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Another form of the judge's answer, with what it needs to begin with, and the output that follows from it. */
export function withForm(definition: Definition, kind: string): Definition {
  const fresh: Record<string, Body> = {
    number: { min: 1, max: 5 },
    choice: { choices: ["good", "bad"] },
    rubric: { dimensions: { relevance: 0.4, groundedness: 0.3, coherence: 0.2, conciseness: 0.1 } },
    items: { reducer: "share" },
  };
  return {
    ...definition,
    output: OUTPUTS[kind] ?? "numeric",
    body: { ...definition.body, form: { kind, ...fresh[kind] } },
  };
}

/** Another rule: its settings are its own. */
export function withRule(definition: Definition, rule: string): Definition {
  return { ...definition, body: { ...definition.body, rule, settings: {} } };
}

/** The fields that a message of the server names: what stands between backticks, with the last part of a dotted name. */
export function namedFields(message: string): string[] {
  const named = [...message.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
  return [...new Set(named.flatMap((name) => [name, name.split(".").at(-1) ?? name]))];
}

/** Variables that the judge's prompt uses. */
export function usedVariables(body: Body): string[] {
  const texts = messagesOf(body).map(({ content }) => content);
  return [
    ...new Set(
      texts.flatMap((text) => [...text.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)].map(([, name]) => name ?? "")),
    ),
  ];
}

/** A name that is not taken: `variable3`. */
export function freshName(taken: readonly string[], word = "variable"): string {
  let number = taken.length + 1;
  while (taken.includes(`${word}${number}`)) number += 1;
  return `${word}${number}`;
}
