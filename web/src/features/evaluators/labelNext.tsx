/** What people should label next, and a click that puts it into an annotation queue. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ClipboardCheck } from "lucide-react";
import { createQueue, type Dimension, fillQueuePlaces, listQueues } from "@/api/annotations";
import type { Analysis, Evaluator, ProposedPlace } from "@/api/evaluators";
import { dimensionOf } from "@/domain/evaluators";
import { plural } from "@/domain/format";
import { Button } from "@/ui/controls";
import { notify } from "@/ui/toasts";
import { Refusal } from "./refusal";

export function LabelNext({ evaluator, analysis }: { evaluator: Evaluator; analysis: Analysis }) {
  const { score_name: name } = evaluator.current;
  const random = analysis.trust.proposed.filter(({ trace_id }) => trace_id);
  const doubtful = analysis.doubtful.filter(({ trace_id }) => trace_id);
  const dimension = dimensionOf(evaluator.current.definition);
  if (!dimension || random.length + doubtful.length === 0) return null;
  return (
    <section aria-label="Label next" className="flex max-w-[980px] flex-col gap-4">
      <h2 className="text-body font-medium">Worth labelling next</h2>
      {random.length > 0 && (
        <Batch
          title={`To calibrate: ${plural(random.length, "case")}, drawn at random`}
          about="Label all of them, whatever the judge said: a random draw is what makes the correction right."
          queue={`Labels: ${name}`}
          guidelines={`Say what you think yourself; the verdict of “${evaluator.name}” is not shown. These labels calibrate it.`}
          dimension={dimension}
          places={random}
        />
      )}
      {doubtful.length > 0 && (
        <Batch
          title={`To understand: the ${plural(doubtful.length, "most doubtful verdict")}`}
          about="They show where the judge's prompt is unclear. Picked by their verdict, they are labelled under a name of their own and stay out of the calibration."
          queue={`Doubtful: ${name}`}
          guidelines={`“${evaluator.name}” is unsure of these. Say what you think, and why, in the comment.`}
          dimension={{ ...dimension, name: `${name}-review` }}
          places={doubtful}
        />
      )}
    </section>
  );
}

function Batch({
  title,
  about,
  queue,
  guidelines,
  dimension,
  places,
}: {
  title: string;
  about: string;
  queue: string;
  guidelines: string;
  dimension: Partial<Dimension>;
  places: readonly ProposedPlace[];
}) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const put = useMutation({
    mutationFn: async () => {
      const known = (await listQueues()).data.find((each) => each.name === queue);
      const draft = { name: queue, guidelines, dimensions: [dimension], raters: 1, blind: true, dataset: "" };
      const { id } = known ?? (await createQueue(draft));
      return { id, done: await fillQueuePlaces(id, places) };
    },
    onSuccess: ({ id, done }) => {
      notify(`${plural(done.added, "case")} queued${done.known ? `, ${done.known} were there already` : ""}`);
      void client.invalidateQueries({ queryKey: ["queues"] });
      void navigate({ to: "/annotate/$id", params: { id } } as never);
    },
  });
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h3 className="text-label font-medium">{title}</h3>
        <Button icon={ClipboardCheck} disabled={put.isPending} onClick={() => put.mutate()}>
          Put into the queue “{queue}”
        </Button>
      </div>
      <p className="max-w-[90ch] text-label text-fg-2">{about}</p>
      <Refusal error={put.error} />
      <ul aria-label={title} className="flex flex-wrap gap-x-4 gap-y-1 text-label">
        {places.map((place) => (
          <li key={`${place.trace_id}/${place.span_id}`} className="whitespace-nowrap">
            <Link
              to="/traces/$traceId"
              params={{ traceId: place.trace_id }}
              search={{ span: place.span_id }}
              className="link mono-s"
            >
              {place.trace_id.slice(0, 8)}
            </Link>
            {place.reason && <span className="ml-1.5 text-fg-3">{place.reason}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
