"""Channels by which people are told of incidents, and what was sent to them."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.incidents import ChannelAnswer, ChannelBody, NotificationAnswer, to_channel, to_notification
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["alert channels"], responses=PROBLEMS)
    router.get("/alert-channels", summary="Channels")(list_channels)
    router.post("/alert-channels", summary="Add a channel", status_code=201)(create_channel)
    router.put("/alert-channels/{channel_id}", summary="Replace a channel")(update_channel)
    router.delete("/alert-channels/{channel_id}", summary="Delete a channel", status_code=204)(remove_channel)
    router.post("/alert-channels/{channel_id}/test", summary="Send a harmless message", status_code=202)(test_channel)
    router.get("/alert-deliveries", summary="What was sent of late")(list_deliveries)
    return router


def list_channels(request: Request, scope: Reader) -> Page[ChannelAnswer]:
    """By name. Secrets are never shown."""
    return Page(data=[to_channel(channel) for channel in house_of(request).monitoring.channels.list_channels(scope)])


def create_channel(request: Request, scope: Admin, body: ChannelBody) -> ChannelAnswer:
    """A webhook, or a service in apprise's notation. Private addresses are refused unless the operator allows them."""
    return to_channel(house_of(request).monitoring.channels.create(scope, body.content()))


def update_channel(request: Request, scope: Admin, channel_id: str, body: ChannelBody) -> ChannelAnswer:
    """An empty `target` or `secret` keeps the one that is saved."""
    return to_channel(house_of(request).monitoring.channels.update(scope, channel_id, body.content()))


def remove_channel(request: Request, scope: Admin, channel_id: str) -> None:
    """What waits for it is given up."""
    house_of(request).monitoring.channels.remove(scope, channel_id)


def test_channel(request: Request, scope: Admin, channel_id: str) -> NotificationAnswer:
    """The way that real messages go; the list of deliveries says what became of it."""
    return to_notification(house_of(request).monitoring.channels.test(scope, channel_id))


def list_deliveries(request: Request, scope: Reader) -> Page[NotificationAnswer]:
    """The newest first."""
    return Page(data=[to_notification(one) for one in house_of(request).monitoring.channels.deliveries(scope)])
