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


class NoSuchDashboard(NotFound):
    """There is no such dashboard in this project; `GET /api/v1/dashboards` lists them."""

    code = "no_such_dashboard"


class NoSuchShare(NotFound):
    """There is no such link: it was revoked, it has ended, or the address was not copied whole; ask who sent it for a new one."""

    code = "no_such_share"


class NoSuchBudget(NotFound):
    """There is no such budget in this project; `GET /api/v1/budgets` lists them."""

    code = "no_such_budget"


class BadDashboard(BadRequest):
    """The dashboard is not usable; compare it with the API reference."""

    code = "bad_dashboard"


class BadBudget(BadRequest):
    """The budget is not usable; compare it with the API reference."""

    code = "bad_budget"


class UnknownPrice(BadRequest):
    """Nobody knows the price of that model; name another one, or add its price under Settings, Prices."""

    code = "unknown_price"


class PresetStays(Conflict):
    """A preset belongs to the product and stays as it is; clone it and change the copy."""

    code = "preset_stays"


class DashboardChanged(Conflict):
    """Somebody changed the dashboard since it was read; load it again, repeat the change and save."""

    code = "dashboard_changed"


class TooManyOfThem(Conflict):
    """The project has as many of these as it can hold; delete some that nobody uses."""

    code = "too_many"


class PricesChanged(Conflict):
    """The prices have changed since; look at what the new ones would change, and start again."""

    code = "prices_changed"


class RepricingGoesOn(Conflict):
    """History is being priced anew already; wait for that run, or cancel it."""

    code = "repricing_goes_on"


class PreparedRowsGone(Conflict):
    """What the run had prepared is not there any more, so nothing was changed; start a new one."""

    code = "prepared_rows_gone"
