/** Every column of a table with its means: scores, cost, duration and the like, each with its interval and n. */

import type { PaneResult } from "@/api/runs";
import { formatCount } from "@/domain/format";
import { columnName, measured, measureName, measuresOf } from "@/domain/runs";

export function MeansTable({ columns }: { columns: readonly PaneResult[] }) {
  return (
    <table className="w-full min-w-[560px] text-label" aria-label="All columns">
      <thead className="text-left text-fg-3">
        <tr>
          <th className="py-1 font-medium">Mean, 95 % interval</th>
          {columns.map((column) => (
            <th key={column.pane} className="num py-1 font-medium">
              {columnName(column.pane)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {measuresOf(columns).map((measure) => (
          <tr key={measure} className="border-t border-line">
            <th scope="row" className="py-1.5 text-left font-medium">
              {measureName(measure)}
            </th>
            {columns.map((column) => (
              <MeanCell key={column.pane} column={column} measure={measure} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MeanCell({ column, measure }: { column: PaneResult; measure: string }) {
  const found = column.means?.find((mean) => mean.measure === measure);
  if (!found) return <td className="num text-fg-3">–</td>;
  const { mean, low, high, n, missing } = found;
  return (
    <td className="num whitespace-nowrap" title={missing > 0 ? `${formatCount(missing)} cases have none` : undefined}>
      {measured(measure, mean)}{" "}
      <span className="text-fg-3">
        {low !== null && high !== null && `${measured(measure, low)} … ${measured(measure, high)} `}n {formatCount(n)}
        {missing > 0 && `, ${formatCount(missing)} missing`}
      </span>
    </td>
  );
}
