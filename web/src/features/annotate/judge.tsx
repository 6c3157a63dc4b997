/** Judging: the conversation on the left, the questions on the right, every verdict one key. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CheckCheck, SkipForward } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import {
  type Dimension,
  type Queue,
  type QueueItem,
  type RatingDraft,
  rateItem,
  skipItem,
  turnQuery,
  type Verdict,
} from "@/api/annotations";
import { plural } from "@/domain/format";
import { choiceAt, choicesOf, missing, nextPlace } from "@/domain/rating";
import { cx } from "@/ui/classes";
import { type Command, useCommands } from "@/ui/commands";
import { Button, Kbd, Keys } from "@/ui/controls";
import { DiffText } from "@/ui/diffText";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain } from "@/ui/toasts";

export function Judge({ queue }: { queue: Queue }) {
  const client = useQueryClient();
  const turn = useQuery(turnQuery(queue.id));
  const waiting = useLate(turn.isPending);
  const goOn = async () => {
    for (const key of ["queue", "queues", "queue-items", "queue-panel"])
      void client.invalidateQueries({ queryKey: [key] });
    await turn.refetch();
  };
  if (turn.error && !turn.data)
    return <Problem error={turn.error} what="The next item" onRetry={() => void turn.refetch()} />;
  if (waiting) return <SkeletonRows />;
  if (!turn.data) return null;
  if (!turn.data.item)
    return (
      <Empty icon={CheckCheck} title="Nothing is left for you here">
        {queue.items === 0
          ? "The queue is empty: choose traces in the list of traces and put them into it."
          : "What is still open is before somebody else at the moment, or you have judged it already."}
      </Empty>
    );
  return <Item key={turn.data.item.id} queue={queue} item={turn.data.item} onDone={goOn} />;
}

const said = (value: unknown) =>
  typeof value === "string" ? value : value === null ? "" : JSON.stringify(value, null, 2);

function Item({ queue, item, onDone }: { queue: Queue; item: QueueItem; onDone: () => Promise<void> }) {
  const [values, setValues] = useState<Record<string, Verdict>>({});
  const [place, setPlace] = useState(0);
  const [comment, setComment] = useState("");
  const [correction, setCorrection] = useState<string | null>(null);
  const commentBox = useRef<HTMLTextAreaElement>(null);
  const open = missing(queue.dimensions, values);
  const rate = useMutation({
    mutationFn: (rating: RatingDraft) => rateItem(queue.id, item.id, rating),
    onSuccess: onDone,
    onError: (error) => complain(error, "Not saved"),
  });
  const skip = useMutation({
    mutationFn: () => skipItem(queue.id, item.id),
    onSuccess: onDone,
    onError: (error) => complain(error, "Not skipped"),
  });
  const busy = rate.isPending || skip.isPending || rate.isSuccess || skip.isSuccess;
  const answer = said(item.output);
  const submit = () => {
    if (busy) return;
    const first = queue.dimensions.findIndex((each) => open.includes(each.name));
    if (first >= 0) setPlace(first);
    else rate.mutate({ values, comment, correction: correction === null || correction === answer ? null : correction });
  };
  const choose = (index: number, value: Verdict) => {
    const dimension = queue.dimensions[index];
    if (!dimension) return;
    const next = { ...values, [dimension.name]: value };
    setValues(next);
    setPlace(nextPlace(queue.dimensions, next, index));
  };
  const move = (by: number) => setPlace((old) => Math.min(queue.dimensions.length - 1, Math.max(0, old + by)));
  const byDigit = (digit: number) => {
    const dimension = queue.dimensions[place];
    const choice = dimension && choiceAt(dimension, digit);
    if (choice) choose(place, choice.value);
  };
  const command = (id: string, name: string, key: string, run: () => void, more: Partial<Command> = {}): Command => ({
    id: `judge.${id}`,
    name,
    group: "Judge",
    key,
    run,
    ...more,
  });
  useCommands([
    ...Array.from({ length: 10 }, (_, digit) =>
      command(`digit-${digit}`, `Verdict ${digit}`, String(digit), () => byDigit(digit), { keyOnly: true }),
    ),
    command("down", "Next question", "j", () => move(1)),
    command("up", "Question before", "k", () => move(-1)),
    command("submit", "Save and go on", "enter", submit),
    command("submit-typing", "Save and go on", "mod+enter", submit, { whileTyping: true, keyOnly: true }),
    command("skip", "Skip", "s", () => !busy && skip.mutate()),
    command("comment", "Comment", "c", () => commentBox.current?.focus()),
    command("correct", "Correct the answer", "e", () => setCorrection((old) => old ?? answer)),
  ]);
  return (
    <div className="flex min-h-0 flex-1 max-wide:flex-col">
      <section aria-label="Conversation" className="min-h-0 min-w-0 flex-1 overflow-y-auto p-4">
        <Said title="Asked" text={said(item.input)} />
        <Said title="Answered" text={answer} />
        {correction !== null && (
          <Correction before={answer} after={correction} onChange={setCorrection} onDrop={() => setCorrection(null)} />
        )}
        {(!queue.blind || item.era !== "") && (
          <Link to="/traces/$traceId" params={{ traceId: item.trace_id }} search={{}} className="link text-label">
            The whole trace
          </Link>
        )}
      </section>
      <section
        aria-label="Verdict"
        className="flex w-[380px] shrink-0 flex-col gap-3 overflow-y-auto border-l border-line p-4 max-wide:w-full max-wide:border-t max-wide:border-l-0"
      >
        {queue.guidelines && <Guidelines text={queue.guidelines} />}
        {queue.dimensions.map((dimension, index) => (
          <Question
            key={dimension.name}
            dimension={dimension}
            active={index === place}
            value={values[dimension.name]}
            onChoose={(value) => choose(index, value)}
          />
        ))}
        <CommentBox box={commentBox} value={comment} onChange={setComment} />
        <div className="flex flex-wrap items-center gap-2">
          <Button look="primary" onClick={submit} disabled={busy}>
            Save and go on <Keys binding="enter" />
          </Button>
          <Button onClick={() => skip.mutate()} icon={SkipForward} disabled={busy}>
            Skip <Keys binding="s" />
          </Button>
          <Button look="ghost" onClick={() => setCorrection((old) => old ?? answer)}>
            Correct <Keys binding="e" />
          </Button>
        </div>
        <p className="min-h-4 text-micro text-fg-3" role="status">
          {open.length > 0 ? `${plural(open.length, "question")} open: ${open.join(", ")}` : "Complete"}
        </p>
      </section>
    </div>
  );
}

function Said({ title, text }: { title: string; text: string }) {
  return (
    <div className="mb-4">
      <h3 className="mb-1 text-micro text-fg-3">{title}</h3>
      <p className="recorded max-w-[90ch] whitespace-pre-wrap break-words" dir="auto">
        {text || <span className="text-fg-3">nothing was recorded</span>}
      </p>
    </div>
  );
}

function Guidelines({ text }: { text: string }) {
  return (
    <details className="text-label text-fg-2">
      <summary className="cursor-pointer font-medium">Guidelines</summary>
      <p className="recorded mt-1 whitespace-pre-wrap">{text}</p>
    </details>
  );
}

function Question({
  dimension,
  active,
  value,
  onChoose,
}: {
  dimension: Dimension;
  active: boolean;
  value: Verdict | undefined;
  onChoose: (value: Verdict) => void;
}) {
  const choices = choicesOf(dimension);
  const own = dimension.type === "numeric" && (dimension.low === 0 || dimension.low === 1);
  return (
    <fieldset
      aria-label={dimension.name}
      aria-current={active}
      className={cx("rounded-ctl border p-2", active ? "border-accent bg-accent-softer" : "border-line")}
    >
      <div className="mb-1.5 flex items-baseline gap-2 text-label">
        <b className="cut max-w-[60%] shrink-0 font-medium">{dimension.name}</b>
        {!dimension.required && <span className="text-fg-3">optional</span>}
        <span className="recorded cut text-fg-3">{dimension.description}</span>
      </div>
      <div className="flex flex-wrap gap-1">
        {choices.map((choice, index) => (
          <button
            key={String(choice.value)}
            type="button"
            aria-pressed={value === choice.value}
            onClick={() => onChoose(choice.value)}
            className={cx(
              "inline-flex h-7 items-center gap-1.5 rounded-ctl border px-2 text-label",
              value === choice.value
                ? "border-solid bg-solid text-on-solid"
                : "border-line-strong bg-control hover:bg-hover",
            )}
          >
            {choice.label}
            {active && !own && index < 9 && <Kbd>{index + 1}</Kbd>}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function CommentBox({
  box,
  value,
  onChange,
}: {
  box: RefObject<HTMLTextAreaElement | null>;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <textarea
      ref={box}
      aria-label="Comment"
      placeholder="Comment (C)"
      rows={2}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      className="rounded-ctl border border-line-strong bg-control p-2 text-label"
    />
  );
}

function Correction({
  before,
  after,
  onChange,
  onDrop,
}: {
  before: string;
  after: string;
  onChange: (text: string) => void;
  onDrop: () => void;
}) {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div className="mb-4 flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 className="text-micro text-fg-3">As it should have been</h3>
        <Button look="ghost" onClick={onDrop}>
          Drop the correction
        </Button>
      </div>
      <textarea
        ref={box}
        aria-label="Corrected answer"
        value={after}
        rows={6}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        className="max-w-[90ch] rounded-ctl border border-line-strong bg-control p-2"
      />
      {after !== before && <DiffText before={before} after={after} />}
    </div>
  );
}
