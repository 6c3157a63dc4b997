"""The envelope of every list."""

from typing import Generic, TypeVar

from pydantic import BaseModel

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """Some items of a list, and the cursor of the next ones."""

    data: list[Item]
    next_cursor: str | None = None
    """Hand it back as `?cursor=`; null at the end."""
