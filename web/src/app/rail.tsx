/** The map of the product on the left; a bar of tabs at the bottom on a narrow screen. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useMatchRoute, useSearch } from "@tanstack/react-router";
import {
  Check,
  ChevronDown,
  CircleDollarSign,
  Database,
  FileText,
  Fingerprint,
  Home,
  LayoutDashboard,
  ListTree,
  MessagesSquare,
  PanelLeft,
  Radio,
  Settings2,
  Users,
} from "lucide-react";
import { chooseProject } from "@/api/client";
import { meQuery } from "@/api/identity";
import { carried, type PageSearch } from "@/domain/address";
import { cx } from "@/ui/classes";
import { Icon, type IconType, Logo } from "@/ui/icons";
import { Menu, MenuItem, MenuLabel } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";

interface Place {
  to: string;
  label: string;
  icon: IconType;
  group: string;
}

export const PLACES: readonly Place[] = [
  { to: "/", label: "Home", icon: Home, group: "" },
  { to: "/traces", label: "Traces", icon: ListTree, group: "Observe" },
  { to: "/sessions", label: "Sessions", icon: MessagesSquare, group: "Observe" },
  { to: "/users", label: "Users", icon: Users, group: "Observe" },
  { to: "/prompts", label: "Prompts", icon: FileText, group: "Prompts" },
  { to: "/whats-live", label: "Live", icon: Radio, group: "Prompts" },
  { to: "/effective-prompts", label: "Effective", icon: Fingerprint, group: "Prompts" },
  { to: "/datasets", label: "Data sets", icon: Database, group: "Evaluate" },
  { to: "/dashboards", label: "Dashboards", icon: LayoutDashboard, group: "Monitor" },
  { to: "/cost", label: "Cost", icon: CircleDollarSign, group: "Monitor" },
  { to: "/settings", label: "Settings", icon: Settings2, group: "end" },
];

export function Rail() {
  const [rail, setRail] = usePreference("rail");
  const wide = rail === "wide";
  const groups = [...new Set(PLACES.map((place) => place.group))];
  return (
    <nav
      aria-label="Main"
      className={cx(
        "flex shrink-0 border-line bg-sunken",
        "max-wide:order-2 max-wide:h-[52px] max-wide:flex-row max-wide:overflow-x-auto max-wide:border-t max-wide:px-2",
        "wide:flex-col wide:gap-px wide:border-r wide:px-2 wide:py-2.5",
        wide ? "wide:w-[200px]" : "wide:w-12 wide:items-center",
      )}
    >
      <ProjectSwitcher wide={wide} />
      {groups.map((group) => (
        <div
          key={group}
          className={cx(
            "contents wide:flex wide:flex-col wide:gap-px",
            group === "end" ? "wide:mt-auto" : "",
            !wide && "wide:items-center",
          )}
        >
          {group &&
            group !== "end" &&
            (wide ? (
              <div className="px-2 pt-3 pb-1 text-micro font-medium text-fg-3 max-wide:hidden">{group}</div>
            ) : (
              <div className="my-1.5 h-px w-5 bg-line max-wide:hidden" />
            ))}
          {PLACES.filter((place) => place.group === group).map((place) => (
            <RailLink key={place.to} place={place} wide={wide} />
          ))}
        </div>
      ))}
      <button
        type="button"
        aria-label={wide ? "Collapse the menu" : "Expand the menu"}
        title={wide ? "Collapse the menu" : "Expand the menu"}
        aria-expanded={wide}
        className={cx(
          "flex h-7 items-center gap-2 rounded-ctl text-fg-3 hover:bg-hover hover:text-fg max-wide:hidden",
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
  const search = useSearch({ strict: false }) as PageSearch;
  const matchRoute = useMatchRoute();
  const on = Boolean(matchRoute({ to: place.to, fuzzy: place.to !== "/" } as never));
  return (
    <Link
      to={place.to}
      search={carried(search) as never}
      aria-label={place.label}
      aria-current={on ? "page" : undefined}
      title={wide ? undefined : place.label}
      className={cx(
        "flex items-center rounded-ctl",
        "max-wide:h-full max-wide:min-w-16 max-wide:flex-1 max-wide:flex-col max-wide:justify-center max-wide:gap-0.5 max-wide:text-micro",
        "wide:h-7",
        wide ? "wide:gap-2 wide:px-2" : "wide:w-8 wide:justify-center",
        on ? "font-medium text-fg wide:bg-n4" : "text-fg-2 hover:bg-hover",
      )}
    >
      <Icon icon={place.icon} className={on ? "text-accent-fg" : "text-fg-3"} />
      <span className={cx(!wide && "wide:hidden")}>{place.label}</span>
    </Link>
  );
}

function ProjectSwitcher({ wide }: { wide: boolean }) {
  const { data: me } = useQuery(meQuery());
  const client = useQueryClient();
  const name = me?.project.name ?? "";
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Project ${name}`}
          title={`Project ${name}`}
          className={cx(
            "mb-2.5 flex h-7 items-center gap-2 rounded-ctl font-semibold hover:bg-hover max-wide:hidden",
            wide ? "px-1.5" : "w-8 justify-center",
          )}
        >
          <Logo />
          {wide && <span className="cut flex-1 text-left">{name}</span>}
          {wide && <Icon icon={ChevronDown} size={14} className="text-fg-3" />}
        </button>
      }
    >
      <MenuLabel>{me?.organization.name ?? "Organisation"}</MenuLabel>
      {me?.projects.map((project) => (
        <MenuItem
          key={project.id}
          hint={project.id === me.project.id && <Icon icon={Check} size={14} />}
          onSelect={() => {
            chooseProject(project.id);
            void client.resetQueries();
          }}
        >
          {project.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
