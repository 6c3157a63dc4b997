/** Ready evaluators by group, to begin with. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type GalleryEntry, galleryQuery } from "@/api/evaluators";
import { Dialog } from "@/ui/overlays";
import { Problem } from "@/ui/states";

const GROUPS: readonly (readonly [string, string])[] = [
  ["quality", "Quality, by a judge"],
  ["rag", "Retrieval, by a judge"],
  ["agents", "Agents"],
  ["sessions", "Whole conversations"],
  ["safety", "Safety"],
  ["rules", "Rules, for nothing"],
  ["code", "Code of your own"],
];

export function Gallery({ onClose }: { onClose: () => void }) {
  const query = useQuery(galleryQuery());
  return (
    <Dialog title="New evaluator" open onOpenChange={onClose} wide>
      {query.error && <Problem error={query.error} what="The gallery" onRetry={() => void query.refetch()} />}
      {GROUPS.map(([group, title]) => (
        <section key={group} aria-label={title} className="mb-5">
          <h2 className="mb-1 text-label font-medium text-fg-2">{title}</h2>
          <ul className="grid grid-cols-1 gap-x-4 wide:grid-cols-2">
            {query.data
              ?.filter((entry) => entry.group === group)
              .map((entry) => (
                <Card key={entry.key} entry={entry} />
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}

function Card({ entry }: { entry: GalleryEntry }) {
  return (
    <li className="border-t border-line py-2">
      <Link to="/new-evaluator" search={{ view: entry.key }} className="font-medium hover:underline">
        {entry.title}
      </Link>
      <p className="text-label text-fg-2">{entry.about}</p>
      {entry.needs.length > 0 && <p className="text-label text-fg-3">Needs {entry.needs.join(", ")}.</p>}
    </li>
  );
}
