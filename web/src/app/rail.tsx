/** The map of the product on the left; a bar of tabs at the bottom on a narrow screen, with the whole map behind its last button. */

import { Link, useMatchRoute, useSearch } from "@tanstack/react-router";
import { Menu as MenuIcon, PanelLeft } from "lucide-react";
import { useState } from "react";
import { carried, type PageSearch } from "@/domain/address";
import { cx } from "@/ui/classes";
import { useNarrow } from "@/ui/hooks";
import { Icon } from "@/ui/icons";
import { Dialog } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { isNamed, PARTS, PLACES, type Place, placesOf } from "./places";
import { ProjectMenu, ProjectSwitcher } from "./projectSwitcher";

export function Rail() {
  return useNarrow() ? <BottomBar /> : <SideRail />;
}

function SideRail() {
  const [rail, setRail] = usePreference("rail");
  const wide = rail === "wide";
  const title = wide ? "Collapse the menu" : "Expand the menu";
  return (
    <nav
      aria-label="Main"
      className={cx(
        "flex shrink-0 flex-col gap-px overflow-y-auto overflow-x-hidden border-r border-line bg-sunken px-2 py-2.5",
        wide ? "w-[200px]" : "w-12 items-center",
      )}
    >
      <ProjectSwitcher wide={wide} />
      {PARTS.map((part) => (
        <div
          key={part}
          className={cx("flex flex-col gap-px", part === "end" && "mt-auto pt-3", !wide && "items-center")}
        >
          {isNamed(part) &&
            (wide ? (
              <div className="px-2 pt-3 pb-1 text-micro font-medium text-fg-3">{part}</div>
            ) : (
              <div className="my-1.5 h-px w-5 bg-line" />
            ))}
          {placesOf(part).map((place) => (
            <RailLink key={place.to} place={place} wide={wide} />
          ))}
        </div>
      ))}
      <button
        type="button"
        aria-label={title}
        title={title}
        aria-expanded={wide}
        className={cx(
          "flex h-7 shrink-0 items-center gap-2 rounded-ctl text-fg-3 hover:bg-hover hover:text-fg",
          wide ? "px-2" : "w-8 justify-center",
        )}
        onClick={() => setRail(wide ? "narrow" : "wide")}
      >
        <Icon icon={PanelLeft} />
      </button>
    </nav>
  );
}

function RailLink({ place, wide }: { place: Place; wide: boolean }) {
  const { on, search } = usePlace(place);
  return (
    <Link
      to={place.to}
      search={search}
      aria-label={place.label}
      aria-current={on ? "page" : undefined}
      title={wide ? undefined : place.label}
      className={cx(
        "flex h-7 shrink-0 items-center rounded-ctl",
        wide ? "gap-2 px-2" : "w-8 justify-center",
        on ? "bg-n4 font-medium text-fg" : "text-fg-2 hover:bg-hover",
      )}
    >
      <Icon icon={place.icon} className={on ? "text-accent-fg" : "text-fg-3"} />
      {wide && <span className="cut">{place.label}</span>}
    </Link>
  );
}

const TAB = "flex h-full min-w-16 flex-1 flex-col items-center justify-center gap-0.5 rounded-ctl text-micro";

function BottomBar() {
  const [open, setOpen] = useState(false);
  return (
    <nav aria-label="Main" className="order-2 flex h-[52px] shrink-0 border-t border-line bg-sunken px-2">
      {PLACES.filter((place) => place.pinned).map((place) => (
        <TabLink key={place.to} place={place} />
      ))}
      <button type="button" aria-haspopup="dialog" className={cx(TAB, "text-fg-2")} onClick={() => setOpen(true)}>
        <Icon icon={MenuIcon} className="text-fg-3" />
        All
      </button>
      <Dialog open={open} onOpenChange={setOpen} title="All pages">
        <ProjectMenu />
        {PARTS.map((part) => (
          <section key={part} aria-label={isNamed(part) ? part : undefined} className="mb-2">
            {isNamed(part) && <h3 className="px-2 pt-2 pb-1 text-micro font-medium text-fg-3">{part}</h3>}
            <div className="grid grid-cols-2 gap-1">
              {placesOf(part).map((place) => (
                <SheetLink key={place.to} place={place} onGo={() => setOpen(false)} />
              ))}
            </div>
          </section>
        ))}
      </Dialog>
    </nav>
  );
}

function TabLink({ place }: { place: Place }) {
  const { on, search } = usePlace(place);
  return (
    <Link
      to={place.to}
      search={search}
      aria-current={on ? "page" : undefined}
      className={cx(TAB, on ? "font-medium text-fg" : "text-fg-2")}
    >
      <Icon icon={place.icon} className={on ? "text-accent-fg" : "text-fg-3"} />
      {place.label}
    </Link>
  );
}

function SheetLink({ place, onGo }: { place: Place; onGo: () => void }) {
  const { on, search } = usePlace(place);
  return (
    <Link
      to={place.to}
      search={search}
      aria-current={on ? "page" : undefined}
      onClick={onGo}
      className={cx("flex h-10 items-center gap-2.5 rounded-ctl px-2", on ? "bg-n4 font-medium" : "hover:bg-hover")}
    >
      <Icon icon={place.icon} className={on ? "text-accent-fg" : "text-fg-3"} />
      <span className="cut">{place.label}</span>
    </Link>
  );
}

/** Whether one is there, and what of the address goes along. */
function usePlace(place: Place) {
  const search = useSearch({ strict: false }) as PageSearch;
  const matchRoute = useMatchRoute();
  const on = Boolean(matchRoute({ to: place.to, fuzzy: place.to !== "/" } as never));
  return { on, search: carried(search) as never };
}
