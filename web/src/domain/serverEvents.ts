/** Server-sent events out of a text that comes in pieces. Pure. */

export interface ServerEvent {
  name: string;
  data: unknown;
}

/** The whole events at the beginning of the text, and what is left for the next piece. Data that is no JSON is left out. */
export function takeEvents(text: string): { events: ServerEvent[]; left: string } {
  const blocks = text.split("\n\n");
  const left = blocks.pop() ?? "";
  return { events: blocks.flatMap(eventOf), left };
}

function eventOf(block: string): ServerEvent[] {
  let name = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  try {
    return data.length > 0 ? [{ name, data: JSON.parse(data.join("\n")) as unknown }] : [];
  } catch {
    return [];
  }
}
