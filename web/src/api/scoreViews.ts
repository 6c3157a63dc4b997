/** Score analytics: what one name of scores says, whoever gave them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { Estimate, SegmentMean } from "./evaluators";

export interface Voice {
  key: string;
  source: string;
  evaluator: string;
  name: string;
  mean: SegmentMean;
  refused: number;
  bins: number[];
  words: Record<string, number>;
}

export interface Moment {
  time: string;
  voice: string;
  mean: SegmentMean;
}

export interface Matrix {
  evaluator: string;
  name: string;
  labels: string[];
  counts: number[][];
  agreement: Estimate | null;
  kappa: Estimate | null;
  undecided: number;
}

export interface ScoreView {
  name: string;
  type: string;
  low: number;
  high: number;
  start: string;
  end: string;
  voices: Voice[];
  series: Moment[];
  segments: { voice: string; mean: SegmentMean }[];
  against_people: Matrix[];
  complete: boolean;
}

export function scoreViewQuery(name: string, range: { from: string; to: string }, segment: string) {
  return queryOptions({
    queryKey: ["score-view", name, range, segment],
    queryFn: ({ signal }) => call<ScoreView>("score-analyses", { params: { name, ...range, segment }, signal }),
    enabled: name !== "",
    placeholderData: keepPreviousData,
  });
}
