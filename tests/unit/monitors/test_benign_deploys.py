"""Deploys that change nothing: the short form of `benchmarks.deploys`, which has 2,376 of them."""

from tests.unit.monitors.benign import LEARNT_DAYS, SERVICES, simulate


def test_no_benign_deploy_is_blamed_for_an_alarm() -> None:
    found = simulate(SERVICES[2], LEARNT_DAYS + 21, 1)
    assert found.deploys == 20
    assert found.blamed == 0
    assert found.alarmed <= 1


def test_the_same_seed_tells_the_same() -> None:
    assert simulate(SERVICES[2], LEARNT_DAYS + 3, 2) == simulate(SERVICES[2], LEARNT_DAYS + 3, 2)
