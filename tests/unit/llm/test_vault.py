"""Keys at rest."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.llm.errors import ConnectionSealed
from pellucid_server.llm.vault import KEY_FILE, Vault


@given(st.text(), st.text())
def test_what_was_sealed_is_opened_for_the_same_place_only(text: str, place: str) -> None:
    vault = Vault(b"k" * 32)
    sealed = vault.seal(text, place)
    assert vault.unseal(sealed, place) == text
    with pytest.raises(ConnectionSealed):
        vault.unseal(sealed, place + "x")
    assert sealed != vault.seal(text, place)


def test_the_key_file_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    sealed = Vault.open(tmp_path).seal("sk-secret", "here")
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert Vault.open(tmp_path).unseal(sealed, "here") == "sk-secret"
    with pytest.raises(ConnectionSealed):
        Vault.open(tmp_path, "another secret").unseal(sealed, "here")


def test_the_operators_secret_needs_no_file(tmp_path: Path) -> None:
    sealed = Vault.open(tmp_path, "secret").seal("sk-secret", "here")
    assert not (tmp_path / KEY_FILE).exists()
    assert Vault.open(tmp_path / "elsewhere", "secret").unseal(sealed, "here") == "sk-secret"
