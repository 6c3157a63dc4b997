/** Charts of score analytics from what the server says. Pure. */

import type { Estimate } from "@/api/evaluators";
import type { Moment, ScoreView, Voice } from "@/api/scoreViews";
import type { Series } from "@/ui/timeChart";
import { parseTime } from "./format";

const SOURCES: Record<string, string> = {
  human: "People",
  feedback: "Users' feedback",
  api: "API",
  gateway: "Gateway",
};

/** Who speaks, as it is shown. */
export function voiceName(voice: Pick<Voice, "source" | "name">): string {
  return voice.source === "evaluator" ? voice.name : (SOURCES[voice.source] ?? voice.source);
}

const COLOURS = 8;

/** A colour of its own for each voice; the ninth begins anew, which its name tells apart. */
export function voiceColour(place: number): string {
  return `--series-${(place % COLOURS) + 1}`;
}

/** What is drawn of a mean: as it was corrected, else as it stands. */
export function believed(moment: Moment): Estimate | null {
  return moment.mean.corrected ?? moment.mean.raw;
}

/** A line a voice, with its interval as two thin lines where there are few enough of them to be read. */
export function seriesOf(view: ScoreView, hidden: ReadonlySet<string> = new Set()): Series[] {
  const shown = view.voices.map((voice, place) => ({ voice, place })).filter(({ voice }) => !hidden.has(voice.key));
  return shown.flatMap(({ voice, place }) => {
    const mine = view.series.filter((moment) => moment.voice === voice.key);
    const colour = voiceColour(place);
    const line = (name: string, faint: boolean, of: (estimate: Estimate) => number | null): Series => ({
      name,
      colour,
      kind: "line",
      ...(faint ? { faint } : {}),
      points: mine.map((moment) => {
        const estimate = believed(moment);
        return [parseTime(moment.time), estimate ? of(estimate) : null];
      }),
    });
    const name = voiceName(voice);
    return [
      line(name, false, ({ value }) => value),
      line(`${name}, at least`, true, ({ low }) => low),
      line(`${name}, at most`, true, ({ high }) => high),
    ];
  });
}

/** Share of a row's verdicts in a cell: how dark it is. */
export function shares(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row) => {
    const sum = row.reduce((all, count) => all + count, 0);
    return row.map((count) => (sum === 0 ? 0 : count / sum));
  });
}
