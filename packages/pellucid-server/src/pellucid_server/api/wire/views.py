"""Saved views."""

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.times import WireTime
from pellucid_server.dashboards.views import ViewContent
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.views import SavedView


class ViewBody(BaseModel):
    """What is saved. The state is the page's own."""

    page: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=200)
    shared: bool = False
    state: dict[str, JsonValue] = Field(default_factory=dict)

    def content(self) -> ViewContent:
        """For the verb."""
        return ViewContent(page=self.page, name=self.name, shared=self.shared, state=self.state)


class ViewAnswer(ViewBody):
    """A view as it is kept."""

    id: str
    owner: str
    mine: bool
    created_time: WireTime
    updated_time: WireTime


def to_view(view: SavedView, scope: Scope) -> ViewAnswer:
    """`view` for the wire, seen by `scope`."""
    return ViewAnswer(
        id=view.id,
        page=view.page,
        name=view.name,
        shared=view.shared,
        state=dict(view.state),
        owner=view.owner,
        mine=view.owner == scope.actor,
        created_time=view.created_time,
        updated_time=view.updated_time,
    )
