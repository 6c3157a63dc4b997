/** Scores of the span and its trace, and the form by which a person adds one. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { addScore, type NewScore } from "@/api/notes";
import type { Score } from "@/api/types";
import { formatScore, oneLine } from "@/domain/format";
import { Badge, Button, TextInput } from "@/ui/controls";
import { complain, notify } from "@/ui/toasts";
import { Age, isLowScore, ScoreValue } from "@/ui/values";

export function ScoresTab({ scores, traceId, spanId }: { scores: readonly Score[]; traceId: string; spanId: string }) {
  const own = scores.filter((score) => score.span_id === spanId && score.target === "span");
  const others = scores.filter((score) => !own.includes(score));
  return (
    <div className="flex flex-col gap-4">
      <ScoreList title="Of this span" scores={own} />
      <ScoreList title="Of the trace and its other spans" scores={others} />
      <ScoreForm traceId={traceId} spanId={spanId} />
    </div>
  );
}

function ScoreList({ title, scores }: { title: string; scores: readonly Score[] }) {
  if (scores.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="mb-1">{title}</h3>
      {scores.map((score) => (
        <ScoreLine key={score.id} score={score} />
      ))}
    </section>
  );
}

export function scoreText(score: Score): string {
  if (score.status !== "valid") return score.status;
  if (score.type === "boolean" && score.value !== null) return score.value ? "yes" : "no";
  return score.value === null ? score.string_value || "–" : formatScore(score.value);
}

export function scoreAuthor(score: Score): string {
  if (score.evaluator) return `${score.evaluator}${score.evaluator_version ? ` v${score.evaluator_version}` : ""}`;
  return score.annotator || score.source;
}

function ScoreLine({ score }: { score: Score }) {
  return (
    <div className="border-b border-grid py-1.5 text-label">
      <div className="flex items-center gap-3">
        <b className="recorded cut font-medium">{score.name}</b>
        <span className="cut text-fg-3">
          {scoreAuthor(score)}
          {score.judge_model && `, judged by ${score.judge_model}`}
        </span>
        {score.target !== "span" && <Badge>{score.target}</Badge>}
        <span className="flex-1" />
        <span className="text-fg-3">
          <Age time={score.time} ago />
        </span>
        <span className="num min-w-12 font-medium">
          <ScoreValue text={scoreText(score)} low={score.type === "numeric" && isLowScore(score.value)} />
        </span>
      </div>
      {score.comment && <p className="recorded mt-1 max-w-[80ch] text-fg-2">{oneLine(score.comment, 2000)}</p>}
    </div>
  );
}

function ScoreForm({ traceId, spanId }: { traceId: string; spanId: string }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [comment, setComment] = useState("");
  const number = Number(value);
  const numeric = value.trim() !== "" && Number.isFinite(number);
  const save = useMutation({
    mutationFn: (score: NewScore) => addScore(score),
    onSuccess: () => {
      setValue("");
      setComment("");
      notify("Score added");
      void client.invalidateQueries({ queryKey: ["trace", traceId] });
    },
    onError: (error) => complain(error, "The score was not saved"),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const verdict = numeric
      ? { type: "numeric" as const, value: number }
      : { type: "categorical" as const, string_value: value.trim() };
    save.mutate({
      target: "span",
      trace_id: traceId,
      span_id: spanId,
      name: name.trim(),
      ...verdict,
      ...(comment ? { comment } : {}),
      source: "human",
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2" aria-label="Add a score">
      <TextInput
        aria-label="Name of the score"
        placeholder="name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        className="w-32"
      />
      <TextInput
        aria-label="Value: a number or a word"
        placeholder="0.8, good, …"
        value={value}
        onChange={(event) => setValue(event.target.value)}
        className="w-28"
      />
      <TextInput
        aria-label="Comment"
        placeholder="comment"
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        className="min-w-40 flex-1"
      />
      <Button type="submit" icon={Plus} disabled={!name.trim() || !value.trim() || save.isPending}>
        Add score
      </Button>
    </form>
  );
}
