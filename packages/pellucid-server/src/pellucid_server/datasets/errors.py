"""What this room refuses."""

from pellucid_server.core.errors import BadRequest, NotFound


class NoSuchDataset(NotFound):
    """There is no such data set in this project; `GET /api/v1/datasets` lists them."""

    code = "no_such_dataset"


class NoSuchExperiment(NotFound):
    """There is no such experiment in this project; `GET /api/v1/experiments` lists them."""

    code = "no_such_experiment"


class BadDataset(BadRequest):
    """The data set is not usable; it needs a name of 1 to 200 characters without control characters."""

    code = "bad_dataset"


class BadItem(BadRequest):
    """An item is not usable; `details.index` says which of the list."""

    code = "bad_item"


class BadExperiment(BadRequest):
    """The experiment is not usable; compare it with the API reference."""

    code = "bad_experiment"


class NotComparable(BadRequest):
    """The two experiments share no case, so that nothing can be compared; run both over the same data set."""

    code = "not_comparable"
