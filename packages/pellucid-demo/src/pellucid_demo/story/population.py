"""The people of a world: a few hundred customers, each drawn from the seed."""

from pellucid_demo.bot.people import Customer, SignUp, Tier
from pellucid_demo.simulator.chance import chance, choose_weighted

POPULATION = 360
_TIERS = {Tier.FREE: 0.5, Tier.STARTER: 0.3, Tier.PROFESSIONAL: 0.2}
# Companies pay and use SSO; developers come through the API.
_SIGN_UPS = {
    Tier.FREE: {SignUp.PASSWORD: 0.72, SignUp.SSO: 0.18, SignUp.API: 0.10},
    Tier.STARTER: {SignUp.PASSWORD: 0.55, SignUp.SSO: 0.33, SignUp.API: 0.12},
    Tier.PROFESSIONAL: {SignUp.PASSWORD: 0.35, SignUp.SSO: 0.53, SignUp.API: 0.12},
}
_COUNTRIES = {"DE": 0.3, "FR": 0.2, "US": 0.2, "GB": 0.12, "NL": 0.1, "JP": 0.08}
_SEATS = {Tier.FREE: 5, Tier.STARTER: 40, Tier.PROFESSIONAL: 400}


def population(seed: int) -> list[Customer]:
    return [_customer(seed, number) for number in range(POPULATION)]


def _customer(seed: int, number: int) -> Customer:
    tier = choose_weighted(_TIERS, seed, "tier", number)
    return Customer(
        id=f"user-{1000 + number}",
        tier=tier,
        sign_up=choose_weighted(_SIGN_UPS[tier], seed, "sign-up", number),
        country=choose_weighted(_COUNTRIES, seed, "country", number),
        seats=1 + int(chance(seed, "seats", number) ** 2 * _SEATS[tier]),
    )
