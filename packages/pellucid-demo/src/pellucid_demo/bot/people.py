"""Who uses Harbour: customers with a tier and a way in which they signed up."""

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    FREE = "free"
    STARTER = "starter"
    PROFESSIONAL = "professional"


class SignUp(StrEnum):
    """How the account was made."""

    PASSWORD = "password"
    SSO = "sso"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One person. `country` is a two-letter code."""

    id: str
    tier: Tier
    sign_up: SignUp
    country: str
    seats: int
