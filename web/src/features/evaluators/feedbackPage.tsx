/** What end users say, as it comes in. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MessageSquareText, ThumbsDown, ThumbsUp } from "lucide-react";
import { useEffect } from "react";
import { feedbackQuery, followFeedback } from "@/api/evaluators";
import type { Score } from "@/api/types";
import { formatScore, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { listQueryOf, useAddress } from "@/ui/address";
import { Badge } from "@/ui/controls";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age } from "@/ui/values";

export default function FeedbackPage() {
  const [search] = useAddress();
  const { from, to } = listQueryOf(search);
  const query = useQuery(feedbackQuery({ from, to }));
  const waiting = useLate(query.isPending);
  useLive();
  return (
    <>
      <PageHeader title="Feedback" />
      {query.error && !query.data && (
        <Problem error={query.error} what="The feedback" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows />}
      {query.data?.data.length === 0 && (
        <Empty icon={MessageSquareText} title="No feedback in this time range">
          <p>
            Let your users rate answers: put the widget on your page with a link that your server makes for a trace.
          </p>
          <pre className="mono mt-2 whitespace-pre-wrap break-all text-left">{`<script src="${location.origin}/feedback-widget.js"
  data-link="…token of POST /api/v1/feedback-links…"></script>`}</pre>
        </Empty>
      )}
      {query.data && query.data.data.length > 0 && (
        <ul aria-label="Feedback" className="min-h-0 flex-1 overflow-y-auto">
          {query.data.data.map((score) => (
            <Line key={score.id} score={score} />
          ))}
        </ul>
      )}
    </>
  );
}

/** The server says when something came; the list is then read again. */
function useLive() {
  const client = useQueryClient();
  useEffect(() => {
    return followFeedback(() => void client.invalidateQueries({ queryKey: ["feedback"] }));
  }, [client]);
}

function Line({ score }: { score: Score }) {
  const bad = score.value !== null && score.value < 0.5;
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line px-4 py-2">
      <span className="w-28 shrink-0">
        {score.type === "correction" ? (
          <Badge icon={MessageSquareText}>correction</Badge>
        ) : score.value === null ? (
          <Badge icon={MessageSquareText}>comment</Badge>
        ) : (
          <Badge tone={bad ? "error" : "good"} icon={bad ? ThumbsDown : ThumbsUp}>
            {score.type === "boolean" ? (bad ? "bad" : "good") : formatScore(score.value)}
          </Badge>
        )}
      </span>
      <span className="recorded min-w-0 flex-1">{oneLine(score.comment || score.string_value || "no words", 300)}</span>
      <span className="text-label text-fg-2">{oneLine(score.name, 40)}</span>
      {score.trace_id && (
        <Link
          to="/traces/$traceId"
          params={{ traceId: score.trace_id }}
          search={{ span: score.span_id }}
          className="link text-label"
        >
          trace
        </Link>
      )}
      <span className="w-16 text-right text-label text-fg-2">
        <Age time={score.time} ago />
      </span>
    </li>
  );
}
