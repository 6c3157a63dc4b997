/** Which topics of production the cases speak of, how old the cases are, and what leaks between splits. */

import { useQuery } from "@tanstack/react-query";
import { type Health, healthQuery, type Leak, type Topic } from "@/api/datasetHealth";
import { formatCount, oneLine, plural } from "@/domain/format";
import { leakWords, shareWords } from "@/domain/health";
import { Badge, Stat } from "@/ui/controls";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age } from "@/ui/values";

export function CoverageTab({ name, version }: { name: string; version: string | undefined }) {
  const query = useQuery(healthQuery(name, version));
  const waiting = useLate(query.isPending);
  if (query.error && !query.data)
    return <Problem error={query.error} what="The coverage" onRetry={() => void query.refetch()} />;
  if (!query.data) return waiting ? <SkeletonRows /> : null;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto p-4">
      <Facts health={query.data} />
      <Topics health={query.data} />
      <Leaks leaks={query.data.leaks} count={query.data.leak_count} />
    </div>
  );
}

function Facts({ health }: { health: Health }) {
  const { coverage, freshness } = health;
  return (
    <dl className="flex flex-wrap items-end gap-x-8 gap-y-3">
      <Stat label="Production that the cases speak of">
        {coverage ? shareWords(coverage.covered) : `too little was asked to tell (${formatCount(health.asked)} of 30)`}
      </Stat>
      {coverage && coverage.cases > 0 && (
        <Stat label="Cases about what nobody asked" title="They are near to no topic of the last 28 days.">
          {formatCount(coverage.strays)} of {formatCount(coverage.cases)}
        </Stat>
      )}
      {freshness && (
        <>
          <Stat label="Newest case">
            <Age time={freshness.newest} ago />
          </Stat>
          <Stat label="Median age">{plural(Math.round(freshness.median_days), "day")}</Stat>
          <Stat label="Untouched for 90 days">{shareWords(freshness.old)}</Stat>
          {coverage && <Stat label="Topics without a case">{formatCount(freshness.new_topics)}</Stat>}
        </>
      )}
    </dl>
  );
}

function Topics({ health }: { health: Health }) {
  const topics = health.coverage?.topics ?? [];
  if (topics.length === 0) return null;
  const most = Math.max(...topics.map((topic) => topic.asked.value));
  return (
    <section aria-label="Topics">
      <h3 className="mb-1">Topics of the last 28 days</h3>
      <p className="mb-2 max-w-[90ch] text-label text-fg-3">
        Found in {formatCount(health.asked)} questions drawn evenly from production, by the words that they are written
        with. A topic without a case is the next one to label.
      </p>
      <div className="overflow-x-auto">
        <table className="w-full min-w-[720px] text-label">
          <thead className="text-left text-fg-3">
            <tr>
              <th className="py-1 font-medium">Topic</th>
              <th className="py-1 font-medium">For example</th>
              <th className="py-1 font-medium">Of production</th>
              <th className="num py-1 font-medium">Cases</th>
            </tr>
          </thead>
          <tbody>
            {topics.map((topic) => (
              <TopicRow key={topic.example} topic={topic} most={most} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function TopicRow({ topic, most }: { topic: Topic; most: number }) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className="recorded max-w-56 py-1.5 pr-4 text-left font-medium">
        {topic.words.join(", ")}
      </th>
      <td className="recorded cut max-w-80 pr-4 text-fg-2">{oneLine(topic.example, 140)}</td>
      <td className="whitespace-nowrap pr-4">
        <span className="flex items-center gap-2">
          <span className="block h-1.5 w-24 rounded-full bg-n3" aria-hidden="true">
            <i
              className="block h-full rounded-full bg-fg-3"
              style={{ width: `${most > 0 ? (100 * topic.asked.value) / most : 0}%` }}
            />
          </span>
          {shareWords(topic.asked)}
        </span>
      </td>
      <td className="num">{topic.cases === 0 ? <Badge tone="warn">none</Badge> : formatCount(topic.cases)}</td>
    </tr>
  );
}

function Leaks({ leaks, count }: { leaks: readonly Leak[]; count: number }) {
  return (
    <section aria-label="Leaks">
      <h3 className="mb-1">Leaks</h3>
      {count === 0 ? (
        <p className="text-label text-fg-2">
          No case of one split says the same as one of another, and no question holds its own answer.
        </p>
      ) : (
        <>
          <p className="mb-2 text-label text-fg-2">
            {plural(count, "case")}: an experiment that is judged on these looks better than it is.
          </p>
          <ul className="text-label">
            {leaks.map((leak) => (
              <li
                key={`${leak.kind} ${leak.item_id} ${leak.other_id}`}
                className="recorded border-t border-line py-1.5"
              >
                {leakWords(leak)}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
