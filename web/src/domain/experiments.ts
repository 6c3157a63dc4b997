/** What is run over a data set, what it will cost in words, and cases laid side by side. No React, no server. */

import { formatCount, formatMoney, plural } from "./format";

export interface RunChoice {
  name: string;
  dataset: string;
  split: string;
  prompt: string;
  versions: readonly number[];
  connection: string;
  /** Separated by commas; empty: the connection's own. */
  models: string;
  repetitions: number;
  scorers: readonly string[];
  /** US dollars of each run; empty: no bound. */
  maxCost: string;
}

export interface RunBody {
  name: string;
  dataset: string;
  split: string | null;
  prompt: string;
  prompt_version: number;
  connection: string;
  model: string;
  repetitions: number;
  scorers: readonly string[];
  max_cost: number | null;
}

/** One run for each version and model; names say what differs. */
export function runsOf(choice: RunChoice): RunBody[] {
  const models = choice.models
    .split(",")
    .map((model) => model.trim())
    .filter(Boolean);
  const asked = models.length > 0 ? models : [""];
  const many = choice.versions.length * asked.length > 1;
  const bound = Number(choice.maxCost);
  return choice.versions.flatMap((version) =>
    asked.map((model) => ({
      name: many ? [choice.name.trim(), `v${version}`, model].filter(Boolean).join(" ") : choice.name.trim(),
      dataset: choice.dataset,
      split: choice.split || null,
      prompt: choice.prompt,
      prompt_version: version,
      connection: choice.connection,
      model,
      repetitions: choice.repetitions,
      scorers: choice.scorers,
      max_cost: bound > 0 ? bound : null,
    })),
  );
}

export interface Estimate {
  cases: number;
  calls: number;
  judge_calls: number;
  input_tokens: number;
  output_tokens: number;
  answers_seen: number;
  cost: number | null;
  judge_cost: number | null;
}

/** `about $0.42 and $0.10 for judges`, or what is not known. */
export function costWords(estimates: readonly Estimate[]): string {
  const sum = (of: (one: Estimate) => number | null) =>
    estimates.reduce<number | null>((total, one) => {
      const value = of(one);
      return total === null || value === null ? null : total + value;
    }, 0);
  const answers = sum((one) => one.cost);
  const judges = sum((one) => one.judge_cost);
  const judged = estimates.some((one) => one.judge_calls > 0);
  const first = answers === null ? "nobody knows the model's price" : `about ${formatMoney(answers)}`;
  if (!judged) return first;
  return `${first}; ${judges === null ? "what the judges cost was never measured" : `about ${formatMoney(judges)} for judges`}`;
}

/** How the estimate was made. */
export function basisWords(estimate: Estimate): string {
  const given = `${formatCount(Math.round(estimate.input_tokens))} tokens in (by letters)`;
  const said = `${formatCount(Math.round(estimate.output_tokens))} out`;
  const seen =
    estimate.answers_seen > 0
      ? `the mean of ${plural(estimate.answers_seen, "answer")} of this prompt in the last seven days`
      : "assumed, as the prompt has no answers of the last seven days";
  return `A call: ${given}, ${said} (${seen}).`;
}

export interface ResultLike {
  item_id: string;
  repetition: number;
}

export interface GridRow<R extends ResultLike> {
  id: string;
  itemId: string;
  repetition: number;
  base: R | undefined;
  /** In the order of the experiments. */
  ours: (R | undefined)[];
}

/** Cases that any of them has, by item and repetition. */
export function gridOf<R extends ResultLike>(base: readonly R[], ours: readonly (readonly R[])[]): GridRow<R>[] {
  const rows = new Map<string, GridRow<R>>();
  const place = (result: R): GridRow<R> => {
    const id = `${result.item_id}/${result.repetition}`;
    const known = rows.get(id);
    if (known) return known;
    const made: GridRow<R> = {
      id,
      itemId: result.item_id,
      repetition: result.repetition,
      base: undefined,
      ours: ours.map(() => undefined),
    };
    rows.set(id, made);
    return made;
  };
  ours.forEach((results, column) => {
    for (const result of results) place(result).ours[column] = result;
  });
  for (const result of base) place(result).base = result;
  return [...rows.values()].sort((a, b) =>
    a.itemId === b.itemId ? a.repetition - b.repetition : a.itemId < b.itemId ? -1 : 1,
  );
}

/** Whether a move is for the better: of some metrics less is. */
export function moveOf(value: number | null, before: number | null | undefined, lowerIsBetter: boolean): -1 | 0 | 1 {
  if (value === null || before === null || before === undefined || value === before) return 0;
  return value > before !== lowerIsBetter ? 1 : -1;
}
