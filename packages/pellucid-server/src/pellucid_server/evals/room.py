"""The room's doors: all verbs of evaluators, scores' configs and feedback links, in one hand."""

from dataclasses import dataclass

from pellucid_server.evals.analysis import Analyses
from pellucid_server.evals.biases.service import BiasTests
from pellucid_server.evals.configs import ScoreConfigBook
from pellucid_server.evals.duels.service import DuelRoom
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.golden.daily import DailyChecks
from pellucid_server.evals.golden.sets import GoldenBook
from pellucid_server.evals.guide import Guide
from pellucid_server.evals.links import FeedbackLinks
from pellucid_server.evals.online import Online
from pellucid_server.evals.score_views import ScoreViews
from pellucid_server.evals.spending import Spending
from pellucid_server.evals.trying import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRoom:
    """What the routes need."""

    book: EvaluatorBook
    trials: Trials
    online: Online
    spending: Spending
    configs: ScoreConfigBook
    links: FeedbackLinks
    analyses: Analyses
    views: ScoreViews
    duels: DuelRoom
    biases: BiasTests
    golden: GoldenBook
    daily_checks: DailyChecks
    guide: Guide
