/** Chooses one environment for all pages, or all of them. */

import { useQuery } from "@tanstack/react-query";
import { Check, ChevronDown, Layers } from "lucide-react";
import { useState } from "react";
import { facetQuery } from "@/api/metrics";
import { rangeOf } from "@/domain/address";
import { formatCount } from "@/domain/format";
import { useAddress } from "@/ui/address";
import { Button } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Menu, MenuItem, MenuLabel } from "@/ui/overlays";

export function EnvironmentPicker() {
  const [search, patch] = useAddress();
  const { from, to } = rangeOf(search);
  // Counting them takes as long as the page's own rows, and few open the menu: asked for when a hand comes near.
  const [near, setNear] = useState(false);
  const facet = useQuery({ ...facetQuery("environment", { filter: "", from, to }, 20), enabled: near });
  const environments = facet.data?.data ?? [];
  const chosen = search.env ?? "";
  return (
    <Menu
      onOpenChange={() => setNear(true)}
      trigger={
        <Button
          icon={Layers}
          onPointerEnter={() => setNear(true)}
          onFocus={() => setNear(true)}
          aria-label={`Environment: ${chosen || "All environments"}`}
          className="max-wide:w-7 max-wide:px-0"
        >
          <span className="cut max-w-[140px] max-wide:hidden">{chosen || "All environments"}</span>
          <Icon icon={ChevronDown} size={12} className="text-fg-3 max-wide:hidden" />
        </Button>
      }
    >
      <MenuLabel>Environment</MenuLabel>
      <MenuItem
        onSelect={() => patch({ env: null, peek: null })}
        hint={chosen === "" && <Icon icon={Check} size={14} />}
      >
        All environments
      </MenuItem>
      {environments.map(({ value, count }) => (
        <MenuItem
          key={value}
          onSelect={() => patch({ env: value, peek: null })}
          hint={value === chosen ? <Icon icon={Check} size={14} /> : formatCount(count)}
        >
          {value}
        </MenuItem>
      ))}
    </Menu>
  );
}
