/** The cost lab: where the money goes, what retrieval pays for, budgets, and the same traffic on another model. */

import { useFirstRange } from "@/features/dashboards/useScopeOfPage";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Segments } from "@/ui/controls";
import { Budgets } from "./budgets";
import { DaysView, KEPT } from "./daysView";
import { RetrievalLens } from "./retrievalLens";
import { SpendView } from "./spendView";
import { WEEK } from "./useCostScope";
import { WhatIfView } from "./whatIfView";

const TABS = [
  { value: "spend", label: "Spend" },
  { value: "days", label: "Days" },
  { value: "retrieval", label: "Retrieval" },
  { value: "budgets", label: "Budgets" },
  { value: "what-if", label: "What if" },
] as const;
/** Where nobody chose a range: an index lives longer than a week, and roll-ups longer still. */
const FIRST_RANGES: Partial<Record<Tab, string>> = { days: KEPT, retrieval: "-30d" };

type Tab = (typeof TABS)[number]["value"];

export default function CostPage() {
  const [search, patch] = useAddress();
  const tab = TABS.find(({ value }) => value === search.tab)?.value ?? "spend";
  useFirstRange(FIRST_RANGES[tab] ?? WEEK);
  return (
    <>
      <PageHeader title="Cost" />
      <div className="flex h-12 shrink-0 items-center overflow-x-auto border-b border-line px-3 wide:px-4">
        <Segments<Tab>
          label="Part of the cost lab"
          value={tab}
          options={TABS}
          onChange={(next) =>
            patch({
              ...(FIRST_RANGES[next] && search.from === WEEK ? { from: FIRST_RANGES[next] } : {}),
              tab: next === "spend" ? null : next,
              view: null,
            })
          }
        />
      </div>
      <div
        tabIndex={0}
        role="region"
        aria-label="Cost lab"
        className="min-h-0 flex-1 overflow-y-auto px-4 py-4 wide:px-6"
      >
        {tab === "spend" && <SpendView />}
        {tab === "days" && <DaysView />}
        {tab === "retrieval" && <RetrievalLens />}
        {tab === "budgets" && <Budgets />}
        {tab === "what-if" && <WhatIfView />}
      </div>
    </>
  );
}
