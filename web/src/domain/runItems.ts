/** What an item of a run says, whatever its kind: its input in a line, and the answers in its output. Pure. */

import { formatScore } from "./format";
import type { Json } from "./panes";
import { columnName, stopText } from "./runs";

export interface Cell {
  key: string;
  text: string;
  /** What was recorded, in a replay. */
  before: string | null;
  /** Why a replay stopped; empty where it did not. */
  stop: string;
  tool: string;
  traceId: string;
  spanId: string;
  /** What evaluators gave, in words. */
  scores: { name: string; text: string; why: string }[];
}

type Fields = { [key: string]: Json };

const fields = (value: Json | undefined): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

export function inputText(input: Json): string {
  const item = fields(input);
  const asked = item.case === undefined ? item : fields(item.case);
  const place = text(asked.span_id) || text(asked.trace_id);
  const value = item.case === undefined ? input : (asked.input ?? null);
  const words = typeof value === "string" ? value : JSON.stringify(value);
  const said = place ? `${asked.span_id ? "span" : "trace"} ${place.slice(0, 8)}…` : words;
  return typeof item.pane === "number" ? `${columnName(item.pane).toLowerCase()}: ${said}` : said;
}

/** The answers of an item: those of its chains in a replay, else its own text or JSON. */
export function cellsOf(output: Json): Cell[] {
  if (output === null) return [];
  const item = fields(output);
  if (!Array.isArray(item.chains)) return [cellOf("0", output, null, "", "")];
  return item.chains.map((one, place) => {
    const chain = fields(one);
    const stop = text(chain.stopped);
    const tool = chain.tool ? JSON.stringify(chain.tool) : "";
    return cellOf(
      String(place),
      chain.replayed ?? null,
      text(fields(chain.recorded).text),
      stop && stopText(stop),
      tool,
    );
  });
}

function cellOf(key: string, answer: Json, before: string | null, stop: string, tool: string): Cell {
  const item = fields(answer);
  return {
    key,
    text: saidBy(answer),
    before,
    stop,
    tool,
    traceId: text(item.trace_id),
    spanId: text(item.span_id),
    scores: scoresOf(item.scores),
  };
}

function scoresOf(given: Json | undefined): Cell["scores"] {
  return (Array.isArray(given) ? given : []).map((one) => {
    const { name, value, comment, status } = fields(one);
    const shown =
      typeof value === "number" ? formatScore(value) : typeof value === "boolean" ? (value ? "yes" : "no") : value;
    return { name: text(name), text: status === "valid" ? String(shown) : text(status) || "none", why: text(comment) };
  });
}

/** The text of an answer, else its tool calls, else what it is as JSON. */
function saidBy(answer: Json): string {
  if (answer === null) return "";
  if (typeof answer === "string") return answer;
  const item = fields(answer);
  if (typeof item.text !== "string") return JSON.stringify(answer);
  const calls = Array.isArray(item.tool_calls) && item.tool_calls.length > 0 ? JSON.stringify(item.tool_calls) : "";
  return item.text || calls;
}
