"""What this room refuses."""

from pellucid_server.core.errors import BadRequest, Conflict, NotFound, PellucidError


class NoSuchEvaluator(NotFound):
    """There is no such evaluator in this project; `GET /api/v1/evaluators` lists them."""

    code = "no_such_evaluator"


class BadEvaluator(BadRequest):
    """The evaluator is not usable; compare its definition with the gallery (`GET /api/v1/evaluator-gallery`)."""

    code = "bad_evaluator"


class EvaluatorExists(Conflict):
    """The project has an evaluator of this name already; change that one, or choose another name."""

    code = "evaluator_exists"


class BadSampling(BadRequest):
    """The sampling is not usable; probabilities lie above 0 and up to 1, and filters name fields of spans."""

    code = "bad_evaluator_sampling"


class NothingToEvaluate(BadRequest):
    """Nothing matches the evaluator's filter in this time; widen the filter or the time."""

    code = "nothing_to_evaluate"


class NoVerdict(PellucidError):
    """The evaluator came to no verdict; its score is kept as invalid, with the reason, and counts as missing."""

    code = "no_verdict"
    status = 422
    title = "No verdict"


class BadScoreConfig(BadRequest):
    """The score config is not usable; numbers need `min` below `max`, categories need two or more different names."""

    code = "bad_score_config"


class NoSuchScoreConfig(NotFound):
    """There is no such score config in this project; `GET /api/v1/score-configs` lists them."""

    code = "no_such_score_config"


class ScoreConfigExists(Conflict):
    """The project has a score config of this name already; change that one."""

    code = "score_config_exists"


class BadFeedbackLink(BadRequest):
    """This feedback link is not valid: it was changed, it has ended, or the server's secret is another one; ask for a new link."""

    code = "bad_feedback_link"


class BadContest(BadRequest):
    """The duels cannot be fought as asked; name two or more contestants that answered the same questions, and a judge."""

    code = "bad_contest"


class NoSuchContest(NotFound):
    """There are no such duels in this project; `GET /api/v1/runs?kind=duels` lists them."""

    code = "no_such_contest"


class NoSuchAnswer(NotFound):
    """The answer is not there any more, so it cannot be compared."""

    code = "no_such_answer"


class NoSuchGoldenSet(NotFound):
    """This evaluator has no golden set; freeze one from cases that people have labelled."""

    code = "no_such_golden_set"


class BadGoldenSet(BadRequest):
    """A golden set cannot be frozen; it is of a judge that answers yes or no, or a number, and of at least 20 cases with labels."""

    code = "bad_golden_set"
