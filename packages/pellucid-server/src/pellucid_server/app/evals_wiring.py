"""The room of evaluators, wired: in two steps, because the floor of jobs needs its handlers before the room can start runs."""

from dataclasses import dataclass

from pellucid_server.app.durable import Durable
from pellucid_server.app.schedule import Job, Schedule
from pellucid_server.app.settings import Settings
from pellucid_server.core.clock import system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.evals.analysis import Analyses
from pellucid_server.evals.biases.running import BiasTestHandler
from pellucid_server.evals.biases.service import BiasTests
from pellucid_server.evals.candidates import Candidates
from pellucid_server.evals.code import Sandbox
from pellucid_server.evals.configs import ScoreConfigBook
from pellucid_server.evals.duels.pairing import Pairer
from pellucid_server.evals.duels.reading import Answers
from pellucid_server.evals.duels.running import DuelHandler
from pellucid_server.evals.duels.service import DuelRoom
from pellucid_server.evals.evaluating import Compiler
from pellucid_server.evals.evaluators import ChangeRecorder, EvaluatorBook
from pellucid_server.evals.golden.checking import GoldenHandler
from pellucid_server.evals.golden.daily import DailyChecks
from pellucid_server.evals.golden.sets import GoldenBook
from pellucid_server.evals.guide import Guide
from pellucid_server.evals.links import FeedbackLinks
from pellucid_server.evals.online import Online
from pellucid_server.evals.room import EvaluationRoom
from pellucid_server.evals.running import EvaluationHandler
from pellucid_server.evals.sampling import Boosts
from pellucid_server.evals.score_views import ScoreViews
from pellucid_server.evals.spending import Spending
from pellucid_server.evals.subject import Subjects
from pellucid_server.evals.trying import Trials
from pellucid_server.jobs.handlers import Handler
from pellucid_server.llm.vault import Vault
from pellucid_server.query.queries import Queries
from pellucid_server.store.meta.database import MetaStore

LOOK_EVERY_S = 5.0
CHECKS_EVERY_S = 60.0
"""How often is looked which golden sets are due; each of them is once a day."""
CATCH_UP_EVERY_S = 86_400.0
FIRST_CATCH_UP_S = 3_600.0
"""After the start: whatever the hour, a server that is restarted daily catches up too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatorParts:
    """What exists before there are runs."""

    book: EvaluatorBook
    subjects: Subjects
    sandbox: Sandbox
    queries: Queries
    answers: Answers
    handlers: tuple[Handler, ...]

    @classmethod
    def open(cls, meta: MetaStore, queries: Queries, recorder: ChangeRecorder) -> "EvaluatorParts":
        """The first step."""
        sandbox = Sandbox()
        book = EvaluatorBook(meta, Compiler(sandbox), recorder, system_clock, random_id)
        subjects = Subjects(queries)
        answers = Answers(meta, subjects)
        handlers: tuple[Handler, ...] = (
            EvaluationHandler(book, subjects, queries.scores),
            DuelHandler(answers),
            BiasTestHandler(book, subjects),
            GoldenHandler(meta, book, system_clock, random_id),
        )
        return cls(book=book, subjects=subjects, sandbox=sandbox, queries=queries, answers=answers, handlers=handlers)

    def room(self, settings: Settings, meta: MetaStore, durable: Durable, boosts: Boosts) -> EvaluationRoom:
        """The second one; `boosts` says what is judged more often for a while."""
        queries, book = self.queries, self.book
        candidates, spending = Candidates(queries), Spending(queries.metrics, system_clock)
        golden = GoldenBook(meta, self.book, self.subjects, queries.scores, durable.runs, system_clock)
        analyses = Analyses(self.book, queries.scores, golden)
        return EvaluationRoom(
            book=self.book,
            trials=Trials(self.book, candidates, self.subjects, spending, durable.models, queries, durable.runs),
            online=Online(meta, book, candidates, self.subjects, queries.scores, spending, durable.runs, system_clock, boosts),
            spending=spending,
            configs=ScoreConfigBook(meta, system_clock, random_id),
            golden=golden,
            daily_checks=DailyChecks(meta, golden, spending, system_clock),
            analyses=analyses,
            views=ScoreViews(self.book, queries.scores, system_clock),
            guide=Guide(
                book,
                analyses,
                candidates,
                self.subjects,
                spending,
                queries.metrics,
                durable.model_connections,
                durable.price_of,
                system_clock,
            ),
            duels=DuelRoom(meta, Pairer(meta, queries), self.answers, durable.runs),
            biases=BiasTests(meta, self.book, candidates, durable.runs),
            links=FeedbackLinks(Vault.open(settings.data, settings.secret_key).derived("feedback links"), system_clock),
        )


def look_schedule(room: EvaluationRoom) -> Schedule:
    """A thread of its own: code of users and long looks delay nobody else's rhythm."""
    return Schedule(
        [
            Job(name="online evaluation", every_s=LOOK_EVERY_S, run=room.online.look),
            Job(name="golden sets", every_s=CHECKS_EVERY_S, run=room.daily_checks.run),
            Job(name="nightly evaluation", every_s=CATCH_UP_EVERY_S, first_after_s=FIRST_CATCH_UP_S, run=room.online.catch_up),
        ]
    )
