"""Waivers: findings that somebody answers for, until a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contract_tests.errors import WrongUse
from contract_tests.waivers import Waiver, read_waivers

GOOD = {"fingerprint": "0123456789abcdef", "reason": "known", "owner": "billing", "until": "2027-01-31"}


def written(folder: Path, **changes: str | None) -> Path:
    members = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    file = folder / "waivers.toml"
    file.write_text("[[waivers]]\n" + "".join(f'{name} = "{value}"\n' for name, value in members.items()))
    return file


def test_a_waiver_says_what_why_who_and_until_when(tmp_path: Path) -> None:
    assert read_waivers(written(tmp_path)) == [Waiver(**GOOD)]


def test_a_waiver_holds_on_its_last_day_and_not_on_the_next() -> None:
    waiver = Waiver(**GOOD)

    assert not waiver.has_expired(date(2027, 1, 31))
    assert waiver.has_expired(date(2027, 2, 1))


@pytest.mark.parametrize("member", GOOD)
def test_each_member_is_needed(member: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="waiver 1 needs"):
        read_waivers(written(tmp_path, **{member: None}))


def test_another_member_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="and nothing else"):
        read_waivers(written(tmp_path, rule="INV-CANCEL-STATE"))


@pytest.mark.parametrize("until", ["tomorrow", "2027-02-30"])
def test_the_last_day_is_a_date(until: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="until is no date"):
        read_waivers(written(tmp_path, until=until))


SPOILT = {"[[waivers": "is not TOML", "waivers = 3": "no list", "waivers = [1]": "waiver 1"}


@pytest.mark.parametrize(("text", "message"), SPOILT.items())
def test_a_spoilt_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(text)
    with pytest.raises(WrongUse, match=message):
        read_waivers(tmp_path / "waivers.toml")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="can't be read"):
        read_waivers(tmp_path / "none.toml")
