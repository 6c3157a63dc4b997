/** One queue: judge item after item, look at what was said, and see how far people agree. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { type Queue, queueQuery } from "@/api/annotations";
import { carried } from "@/domain/address";
import { formatCount, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Segments } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Problem } from "@/ui/states";
import { AgreementPanel } from "./agreementPanel";
import { Judge } from "./judge";
import { JudgedItems } from "./judgedItems";

const TABS = [
  { value: "judge", label: "Judge" },
  { value: "items", label: "Items" },
  { value: "agreement", label: "Agreement" },
] as const;
type Tab = (typeof TABS)[number]["value"];

export default function QueuePage() {
  const { id = "" } = useParams({ strict: false });
  const [search, patch] = useAddress();
  const query = useQuery(queueQuery(id));
  const queue = query.data;
  const tab = (TABS.find((each) => each.value === search.tab)?.value ?? "judge") as Tab;
  return (
    <>
      <PageHeader
        title={`Queue ${oneLine(queue?.name ?? "", 40)}`}
        timeless
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/annotate" search={(old) => carried(old)} className="text-fg-2 hover:text-fg max-wide:hidden">
              Annotate
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
            <b className="recorded cut font-semibold">{oneLine(queue?.name ?? "Queue", 60)}</b>
          </div>
        }
      />
      {query.error && !queue && <Problem error={query.error} what="The queue" onRetry={() => void query.refetch()} />}
      {queue && (
        <>
          <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-3 border-b border-line px-3 py-1.5 wide:px-4">
            <Segments
              label="What is shown"
              value={tab}
              options={TABS}
              onChange={(next) => patch({ tab: next === "judge" ? null : next }, { replace: true })}
            />
            <Progress queue={queue} />
          </div>
          {tab === "judge" && <Judge queue={queue} />}
          {tab === "items" && <JudgedItems queue={queue} />}
          {tab === "agreement" && <AgreementPanel queue={queue} />}
        </>
      )}
    </>
  );
}

function Progress({ queue }: { queue: Queue }) {
  return (
    <span className="flex min-w-0 items-center gap-2 text-label text-fg-2">
      <span className="h-1 w-24 shrink-0 overflow-hidden rounded bg-n3" aria-hidden="true">
        <i
          className="block h-full bg-[var(--accent)]"
          style={{ width: `${(100 * queue.done) / Math.max(1, queue.items)}%` }}
        />
      </span>
      <span className="cut">
        {formatCount(queue.done)} of {formatCount(queue.items)} done
        {queue.raters > 1 && `, ${queue.raters} people each`}
        {queue.blind && ", blind"}
      </span>
    </span>
  );
}
