"""What this room refuses."""

from pellucid_server.core.errors import BadRequest, Conflict, Forbidden, NotFound


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


class NoSuchQueue(NotFound):
    """There is no such annotation queue, or no such item in it; `GET /api/v1/annotation-queues` lists the queues."""

    code = "no_such_queue"


class BadQueue(BadRequest):
    """The annotation queue is not usable; compare it with the API reference."""

    code = "bad_queue"


class BadRating(BadRequest):
    """The rating does not fit the dimensions of its queue; `GET /api/v1/annotation-queues/{id}` names them with their values."""

    code = "bad_rating"


class NotAnAnnotator(Forbidden):
    """Only the annotators whom the queue names judge its items; ask whoever made it to add you."""

    code = "not_an_annotator"


class BadFile(BadRequest):
    """The file cannot be read; `details.faults` names the first lines that are wrong, each with what is wrong."""

    code = "bad_file"


class BadSampling(BadRequest):
    """The sampling is not usable; compare it with the API reference."""

    code = "bad_sampling"


class NothingToRead(NotFound):
    """There is no trace in the last seven days, so there is nothing to read; send some traffic first."""

    code = "nothing_to_read"


class NoSuchGate(NotFound):
    """This label has no gate; `GET /api/v1/label-gates` lists those that there are."""

    code = "no_such_gate"


class BadGate(BadRequest):
    """The gate or the approval is not usable; compare it with the API reference."""

    code = "bad_gate"


class GateClosed(Conflict):
    """The gate of this label does not let the version through; `GET /api/v1/prompt-gates/{name}` says why."""

    code = "gate_closed"
