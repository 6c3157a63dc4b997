"""Which channels are told of which kinds of changes, on the wire."""

from pydantic import BaseModel, Field


class SubscriptionBody(BaseModel):
    """Kinds of changes, such as `prompt_label`, `model` or `deploy`; none to be told of nothing."""

    kinds: list[str] = Field(max_length=50)


class SubscriptionAnswer(SubscriptionBody):
    """What a channel hears of."""

    channel_id: str
