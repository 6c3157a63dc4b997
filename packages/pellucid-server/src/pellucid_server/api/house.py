"""What the routes of this floor need of the wired house, which `app` puts at `app.state.house`."""

from typing import Protocol

from starlette.requests import HTTPConnection

from pellucid_server.dashboards.comments import CommentBook
from pellucid_server.dashboards.views import Views
from pellucid_server.identity.service import Identity


class House(Protocol):
    """The services behind the routes of identity, views and comments."""

    @property
    def identity(self) -> Identity:
        """Credentials, keys, members, projects, prices."""

    @property
    def views(self) -> Views:
        """Saved views."""

    @property
    def comments(self) -> CommentBook:
        """Comments."""


def house_of(connection: HTTPConnection) -> House:
    """The house in which the request arrived."""
    house: House = connection.app.state.house
    return house
