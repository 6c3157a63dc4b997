/** Panes of the playground: what a question consists of, its variables, and how it becomes a prompt. Pure. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface PanePart {
  type: string;
  text?: string | null;
  [key: string]: unknown;
}

export interface PaneMessage {
  role: "system" | "user" | "assistant" | "tool";
  parts: PanePart[];
  name?: string | null;
}

export interface Pane {
  connection: string;
  model: string;
  prompt: { name: string; version: number } | null;
  messages: PaneMessage[];
  variables: Record<string, Json>;
  parameters: Record<string, Json>;
  tools: { name: string; description?: string | null; parameters?: Json }[];
  response_schema: Json;
}

export const EMPTY_PANE: Pane = {
  connection: "",
  model: "",
  prompt: null,
  messages: [said("system", ""), said("user", "")],
  variables: {},
  parameters: {},
  tools: [],
  response_schema: null,
};

export function said(role: PaneMessage["role"], text: string): PaneMessage {
  return { role, parts: [{ type: "text", text }] };
}

/** A message that can be edited as text: nothing but text in it. */
export function plainText(message: PaneMessage): string | null {
  return message.parts.every((part) => part.type === "text")
    ? message.parts.map((part) => part.text ?? "").join("")
    : null;
}

const VARIABLE = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

/** Names between double braces, each once, in order. */
export function variablesOf(messages: readonly PaneMessage[]): string[] {
  const texts = messages.flatMap((message) => message.parts.map((part) => part.text ?? ""));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(VARIABLE)].map((found) => found[1] ?? "")))];
}

/** What is sent: messages without content are left out. */
export function sendable(pane: Pane): Pane {
  return { ...pane, messages: pane.messages.filter((message) => plainText(message)?.trim() !== "") };
}

/** The pane's messages as the content of a chat prompt, and its settings as the config. */
export function promptOf(pane: Pane): { prompt: Json; config: Record<string, Json> } {
  const prompt = sendable(pane).messages.map((message) => ({ role: message.role, content: plainText(message) ?? "" }));
  const config: Record<string, Json> = {};
  if (pane.model) config.model = pane.model;
  if (Object.keys(pane.parameters).length > 0) config.parameters = pane.parameters;
  if (pane.tools.length > 0) config.tools = pane.tools as unknown as Json;
  if (pane.response_schema !== null) config.response_schema = pane.response_schema;
  return { prompt, config };
}

/** Longer ones are kept as a draft that the address names: proxies and chats cut addresses of more than about 8,000 characters. */
export const MOST_PACKED = 6_000;

/** Panes as they stand in an address: what differs from an empty pane, as JSON in base64url. */
export function packed(panes: readonly Pane[]): string {
  const kept = panes.map((pane) =>
    Object.fromEntries(
      Object.entries(pane).filter(
        ([key, value]) => JSON.stringify(value) !== JSON.stringify(EMPTY_PANE[key as keyof Pane]),
      ),
    ),
  );
  const bytes = new TextEncoder().encode(JSON.stringify(kept));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** What `packed` made; null where it is something else. */
export function unpacked(text: string): Pane[] | null {
  try {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    const read: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
    return Array.isArray(read) && read.length > 0 && read.every(isPartial)
      ? read.map((pane) => ({ ...EMPTY_PANE, ...pane }))
      : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether every field that is there has the shape of a pane's: an address may hold anything. */
function isPartial(value: unknown): value is Partial<Pane> {
  if (!isObject(value)) return false;
  const {
    connection = "",
    model = "",
    messages = [],
    tools = [],
    prompt = null,
    variables = {},
    parameters = {},
  } = value;
  return (
    typeof connection === "string" &&
    typeof model === "string" &&
    Array.isArray(tools) &&
    tools.every(isObject) &&
    Array.isArray(messages) &&
    messages.every((message) => isObject(message) && Array.isArray(message.parts) && message.parts.every(isObject)) &&
    (prompt === null || isObject(prompt)) &&
    isObject(variables) &&
    isObject(parameters)
  );
}

/** The value of a field of JSON: null for an empty one. Raises with words for the person. */
export function readJson(text: string, what: string): Json {
  if (!text.trim()) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Error(`${what} is not valid JSON.`);
  }
}
