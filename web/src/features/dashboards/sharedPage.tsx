/** A dashboard behind a link: its charts in a time range of one's choice, and nothing else of the project. */

import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { type DashboardBody, sharedQuery } from "@/api/dashboards";
import { absoluteRange, PRESETS, rangeName, resolveRange } from "@/domain/timeRange";
import { useAddress } from "@/ui/address";
import { Select } from "@/ui/controls";
import { useNow, useTitle } from "@/ui/hooks";
import { Logo } from "@/ui/icons";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { Grid } from "./grid";
import { type PageScope, ScopeContext } from "./useWidget";
import { WidgetCard } from "./widgetCard";

export default function SharedPage() {
  const { token } = useParams({ strict: false }) as { token: string };
  const query = useQuery(sharedQuery(token));
  const waiting = useLate(query.isPending);
  if (query.data) return <Shown token={token} board={query.data} />;
  return (
    <>
      {query.error && <Problem error={query.error} what="The dashboard behind this link" />}
      {waiting && <SkeletonRows rows={8} height={56} />}
    </>
  );
}

function Shown({ token, board }: { token: string; board: DashboardBody }) {
  useTitle(board.name);
  const [search, patch] = useAddress();
  const now = useNow();
  const from = search.from ?? (board.document.range || "-7d");
  const to = search.to ?? "";
  const minute = Math.floor(now / 60_000);
  const scope = useMemo(
    (): PageScope => ({
      range: resolveRange({ from, to }, (minute + 1) * 60_000),
      from,
      to,
      filter: "",
      compare: false,
      marks: [],
      token,
      onBrush: (start, end) => patch(absoluteRange(start, end)),
      onDrill: undefined,
    }),
    [from, to, minute, token, patch],
  );
  const chosen = rangeName({ from, to }) ? from : "";
  return (
    <ScopeContext.Provider value={scope}>
      <header className="flex h-12 shrink-0 items-center gap-3 border-b border-line px-4">
        <Logo />
        <h1 className="recorded cut flex-1">{board.name}</h1>
        <Select
          label="Time range"
          value={chosen}
          options={[
            ...(chosen && PRESETS.some((preset) => preset.from === chosen)
              ? []
              : [[chosen, chosen ? `Last ${chosen.slice(1)}` : "Chosen stretch"] as [string, string]]),
            ...PRESETS.map((preset): [string, string] => [preset.from, preset.label]),
          ]}
          onChange={(next) => patch({ from: next, to: null })}
        />
      </header>
      <main className="min-h-0 flex-1 overflow-y-auto bg-sunken p-3 wide:p-4">
        {board.description && <p className="recorded mb-3 text-label text-fg-2">{board.description}</p>}
        <Grid
          widgets={board.document.widgets}
          editing={false}
          onChange={() => undefined}
          draw={(widget, height) => <WidgetCard widget={widget} height={height} />}
        />
      </main>
    </ScopeContext.Provider>
  );
}
