"""What this room refuses."""

from pellucid_server.core.errors import BadRequest, Conflict, Forbidden, NotFound


class NoSuchView(NotFound):
    """There is no such saved view, or it is somebody else's own; `GET /api/v1/views` lists those that you see."""

    code = "no_such_view"


class NoSuchComment(NotFound):
    """There is no such comment in this project; `GET /api/v1/comments?trace_id=` lists those of a trace."""

    code = "no_such_comment"


class NotYours(Forbidden):
    """Only its author and admins of the project may change this; make one of your own, or ask them."""

    code = "not_yours"


class BadView(BadRequest):
    """The saved view is not usable; compare it with the API reference."""

    code = "bad_view"


class BadComment(BadRequest):
    """The comment is not usable; compare it with the API reference."""

    code = "bad_comment"


class TooManyViews(Conflict):
    """The project has as many saved views as it can hold; delete some that nobody uses."""

    code = "too_many_views"
