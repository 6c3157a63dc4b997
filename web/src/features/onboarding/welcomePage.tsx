/** The first span: a snippet for what one has, and a page that waits for it to arrive. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Loader } from "lucide-react";
import { useState } from "react";
import { fewTracesQuery } from "@/api/traces";
import { carried } from "@/domain/address";
import { oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { CopyButton, Segments } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Age } from "@/ui/values";
import { SNIPPETS } from "./snippets";

export default function WelcomePage() {
  const [chosen, setChosen] = useState(SNIPPETS[0].id);
  const snippet = SNIPPETS.find((each) => each.id === chosen) ?? SNIPPETS[0];
  return (
    <>
      <PageHeader title="Send the first trace" timeless />
      <div tabIndex={0} role="region" aria-label="Instructions" className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-[760px] flex-col gap-6 px-4 py-8">
          <Waiting />
          <section aria-label="Your app" className="flex flex-col gap-3">
            <h2 className="text-[15px]">Point your app here</h2>
            <div className="overflow-x-auto pb-1">
              <Segments
                label="What you use"
                value={chosen}
                options={SNIPPETS.map(({ id, label }) => ({ value: id, label }))}
                onChange={setChosen}
              />
            </div>
            <p className="text-label text-fg-2">{snippet.about}</p>
            {snippet.blocks.map((block) => (
              <Code key={block.title} title={block.title} text={block.code(location.origin)} />
            ))}
          </section>
          <section aria-label="The sample" className="flex flex-col gap-2">
            <h2 className="text-[15px]">Or look at a sample first</h2>
            <p className="text-label text-fg-2">
              A support bot with ten weeks of history, live traffic, and something that went wrong in it.
            </p>
            <Code title="Terminal" text="pellucid demo" />
          </section>
        </div>
      </div>
    </>
  );
}

function Code({ title, text }: { title: string; text: string }) {
  return (
    <figure className="overflow-hidden rounded-ctl border border-line">
      <figcaption className="flex h-8 items-center justify-between border-b border-line px-3 text-label text-fg-3">
        {title} <CopyButton text={text} label={`Copy: ${title}`} />
      </figcaption>
      <pre className="mono overflow-x-auto bg-code px-3 py-2.5">{text}</pre>
    </figure>
  );
}

/** Asks every two seconds until something arrives that was not there when the page opened. */
function Waiting() {
  const [opened] = useState(() => new Date(Date.now() - 5_000).toISOString());
  const query = useQuery({
    ...fewTracesQuery({ filter: "", from: opened, to: "", order: "-start_time" }, 1),
    refetchInterval: ({ state }) => (state.data?.data.length ? false : 2000),
    staleTime: 0,
  });
  const first = query.data?.data[0];
  return (
    <div role="status" className="flex min-h-12 items-center gap-3 rounded-float border border-line px-4">
      {first ? (
        <>
          <Icon icon={CircleCheck} className="text-good" />
          <span className="flex-1">
            It works: <b className="recorded font-semibold">{oneLine(first.name, 60) || "a trace"}</b> arrived{" "}
            <Age time={first.start_time} ago />.
          </span>
          <Link
            to="/traces/$traceId"
            params={{ traceId: first.trace_id }}
            search={(old) => carried(old)}
            className="link font-medium"
          >
            Open it
          </Link>
        </>
      ) : (
        <>
          <Icon icon={Loader} className="animate-spin text-accent-fg [animation-duration:2s]" />
          <span className="text-fg-2">Waiting for the first span</span>
        </>
      )}
    </div>
  );
}
