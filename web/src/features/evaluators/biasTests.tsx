/** Whether a judge is fair: position, length, own style, and whether it says the same of the same, each with its interval and n. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleHelp, Scale, TriangleAlert } from "lucide-react";
import {
  type BiasFinding,
  type BiasTest,
  biasTestQuery,
  type Evaluator,
  goesOn,
  type Probe,
  startBiasTest,
} from "@/api/evaluators";
import { estimateText } from "@/domain/evaluators";
import { formatCount, plural } from "@/domain/format";
import { Badge, Button } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { Age } from "@/ui/values";
import { Refusal } from "./refusal";
import { Whisker } from "./whisker";

const CASES = 60;
const CALLS_A_CASE = 8;

interface Meaning {
  name: string;
  about: string;
  more: string;
  less: string;
  /** Of its axis. */
  scale: readonly [number, number];
}

const MEANINGS: Record<Probe, Meaning> = {
  repeats: {
    name: "Contradicts itself",
    about: "The same case three times: the share on which the verdicts differ; of numbers their standard deviation",
    more: "not steady",
    less: "",
    scale: [0, 1],
  },
  longer: {
    name: "Length",
    about: "What an answer gains by being twice as long without saying more",
    more: "favours long answers",
    less: "favours short answers",
    scale: [-1, 1],
  },
  own_style: {
    name: "Own style",
    about: "What an answer gains by being reworded by the judge's own model",
    more: "favours its own style",
    less: "dislikes its own style",
    scale: [-1, 1],
  },
  lean: {
    name: "Position",
    about: "Of two wordings of the same answer in both orders: 1 always takes the first, −1 the last",
    more: "takes the first",
    less: "takes the last",
    scale: [-1, 1],
  },
};

export function BiasTests({ evaluator }: { evaluator: Evaluator }) {
  const client = useQueryClient();
  const query = useQuery(biasTestQuery(evaluator.id));
  const start = useMutation({
    mutationFn: () => startBiasTest(evaluator.id, CASES),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["evaluators", evaluator.id, "bias-test"] }),
  });
  const test = query.data;
  return (
    <section aria-label="Bias tests" className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="text-body font-medium">Bias tests</h2>
        <Button icon={Scale} disabled={start.isPending || goesOn(test)} onClick={() => start.mutate()}>
          {goesOn(test) ? "Testing…" : `Test the newest ${CASES}`}
        </Button>
        <span className="text-label text-fg-3">{formatCount(CASES * CALLS_A_CASE)} calls to the judge's model</span>
      </div>
      {query.error && <Problem error={query.error} what="The bias test" onRetry={() => void query.refetch()} />}
      <Refusal error={start.error} />
      {test === null && (
        <p className="max-w-[80ch] text-label text-fg-2">
          Never tested. The same cases are judged again, longer without saying more, reworded by the judge's own model,
          and both wordings side by side in both orders. A fair judge gives all of them the same.
        </p>
      )}
      {test && <Findings test={test} current={evaluator.current.version} />}
    </section>
  );
}

function Findings({ test, current }: { test: BiasTest; current: number }) {
  return (
    <>
      <p className="text-label text-fg-2">
        {plural(test.cases, "case")} of {formatCount(test.items)}, version {test.version},{" "}
        <Age time={test.created_time} ago />,{" "}
        <Link to="/runs/$runId" params={{ runId: test.run_id }} className="link">
          {test.state}
        </Link>
        {test.version !== current && (
          <span className="text-warn"> · the evaluator was changed since: test version {current} too</span>
        )}
      </p>
      {test.error && <p className="recorded text-label text-error">{test.error}</p>}
      <div className="overflow-x-auto">
        <table aria-label="Biases" className="w-full max-w-[980px] text-label">
          <thead>
            <tr className="border-b border-line text-left text-fg-2">
              <th className="py-1 pr-4 font-medium">Bias</th>
              <th className="w-48 py-1 pr-4 font-medium max-wide:hidden">0 is fair</th>
              <th className="py-1 pr-4 font-medium">Found</th>
              <th className="py-1 font-medium">That is</th>
            </tr>
          </thead>
          <tbody>
            {test.findings.map((finding) => (
              <Row key={finding.probe} finding={finding} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({ finding }: { finding: BiasFinding }) {
  const { probe, estimate, without, reason } = finding;
  const meaning = MEANINGS[probe];
  return (
    <tr className="border-b border-line align-top">
      <th className="max-w-72 py-1.5 pr-4 text-left font-medium">
        {meaning.name}
        <span className="block text-micro font-normal text-fg-3">{meaning.about}</span>
      </th>
      <td className="py-2.5 pr-4 max-wide:hidden">
        <Whisker estimate={estimate} tone="var(--series-1)" scale={meaning.scale} mark={0} />
      </td>
      <td className="num py-1.5 pr-4 text-left whitespace-nowrap">{estimateText(estimate)}</td>
      <td className="py-1.5">
        <Word finding={finding} meaning={meaning} />
        {without > 0 && (
          <span className="recorded mt-0.5 block text-fg-3">
            {formatCount(without)} without{reason && `: ${reason}`}
          </span>
        )}
      </td>
    </tr>
  );
}

function Word({ finding: { word, estimate }, meaning }: { finding: BiasFinding; meaning: Meaning }) {
  if (word === "fair")
    return (
      <Badge tone="good" icon={CircleCheck}>
        fair
      </Badge>
    );
  if (word === "cannot_tell") return <Badge icon={CircleHelp}>cannot tell yet</Badge>;
  return (
    <Badge tone="warn" icon={TriangleAlert}>
      {(estimate?.value ?? 0) > 0 ? meaning.more : meaning.less}
    </Badge>
  );
}
