/** Alerts of a budget: when it is spent, and long before, when it is being spent too fast. Pure. */

import type { RuleWords } from "./monitors";

const HOUR_S = 3_600;
const PERIOD_S = { day: 24 * HOUR_S, week: 7 * 24 * HOUR_S, month: 30 * 24 * HOUR_S } as const;
/** Times the even pace, over hours: as in the SRE workbook, 2 % of a month in one hour and 5 % in six. */
const BURNS = [
  { name: "burning fast", hours: 1, pace: 14.4, severity: "high" },
  { name: "burning", hours: 6, pace: 6, severity: "medium" },
] as const;

export interface Planned {
  name: string;
  filter: string;
  period: keyof typeof PERIOD_S;
  amount: number;
}

export interface BudgetAlert {
  name: string;
  rule: RuleWords & { least_n: number; certain: boolean };
  severity: "high" | "medium";
  enabled: boolean;
}

/** How the alerts of a budget are known among all monitors. */
export const alertPrefix = (budget: Pick<Planned, "name">) => `Budget ${budget.name}: `;

export function budgetAlerts(budget: Planned): BudgetAlert[] {
  const shared = { measure: "cost", statistic: "sum", filter: budget.filter, least_n: 1, certain: false };
  const spent: BudgetAlert = {
    name: `${alertPrefix(budget)}spent`,
    rule: { kind: "budget", period: budget.period, threshold: budget.amount, ...shared },
    severity: "high",
    enabled: true,
  };
  const burns = BURNS.map(({ name, hours, pace, severity }): BudgetAlert => {
    const threshold = (pace * budget.amount * hours * HOUR_S) / PERIOD_S[budget.period];
    return {
      name: `${alertPrefix(budget)}${name}`,
      rule: { kind: "absolute", window_s: hours * HOUR_S, threshold, ...shared },
      severity,
      enabled: true,
    };
  });
  // Of a day six hours at six times the pace are more than all of it: the budget itself is told first.
  return [spent, ...burns.filter(({ rule }) => Number(rule.threshold) < budget.amount)];
}
