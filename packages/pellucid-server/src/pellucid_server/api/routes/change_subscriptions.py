"""Webhooks on change: which channels are told of which kinds of changes."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.change_subscriptions import SubscriptionAnswer, SubscriptionBody
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["alert channels"], responses=PROBLEMS)
    router.get("/change-subscriptions", summary="Channels that hear of changes")(list_subscriptions)
    router.put("/change-subscriptions/{channel_id}", summary="Say of which changes a channel hears")(subscribe)
    return router


def list_subscriptions(request: Request, scope: Reader) -> Page[SubscriptionAnswer]:
    """Those that hear of any."""
    found = house_of(request).change_hooks.list_subscriptions(scope)
    return Page(data=[SubscriptionAnswer(channel_id=one.channel_id, kinds=list(one.kinds)) for one in found])


def subscribe(request: Request, scope: Admin, channel_id: str, body: SubscriptionBody) -> SubscriptionAnswer:
    """From now on, through the same outbox as incidents: signed, tried again, listed among the deliveries."""
    found = house_of(request).change_hooks.subscribe(scope, channel_id, body.kinds)
    return SubscriptionAnswer(channel_id=found.channel_id, kinds=list(found.kinds))
