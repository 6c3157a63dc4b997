/** All saved views that the person sees. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { deleteView, viewsQuery } from "@/api/notes";
import { Badge, Button } from "@/ui/controls";
import { Row, Section, useChange } from "./section";

export function ViewsSection() {
  const { data: views = [] } = useQuery(viewsQuery());
  const client = useQueryClient();
  const remove = useChange(deleteView, "View deleted", () => void client.invalidateQueries({ queryKey: ["views"] }));
  return (
    <Section
      title="Saved views"
      about="A filter, columns, an order and a range under a name. They are made on the lists themselves."
    >
      <ul>
        {views.map((view) => (
          <Row key={view.id}>
            <Link
              to={`/${view.page}` as "/traces"}
              search={{ ...view.state, saved: view.id }}
              className="link recorded cut w-56"
            >
              {view.name}
            </Link>
            <Badge>{view.page}</Badge>
            {view.shared && <Badge tone="accent">for everybody</Badge>}
            <span className="mono-s recorded cut flex-1 text-fg-3">{view.state.filter}</span>
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label={`Delete the view ${view.name}`}
              onClick={() => remove.mutate(view.id)}
            />
          </Row>
        ))}
        {views.length === 0 && <li className="text-label text-fg-3">No view is saved yet.</li>}
      </ul>
    </Section>
  );
}
