"""Bans outlast the program that was told of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.aliexpress.bans import BanFile
from lib.aliexpress.errors import DailyQuota, Unavailable
from lib.aliexpress.limiter import Ban, Limiter

NOW = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
METHOD = "aliexpress.logistics.createwarehouseorder"


def a_ban(seconds: float, *, method: str = METHOD, daily: bool = False) -> Ban:
    return Ban("", method, NOW + timedelta(seconds=seconds), "AppCallLimit" if daily else "7", daily)


def started(file: BanFile, now: datetime) -> Limiter:
    """A limiter as a program that starts makes it; its clock has nothing to do with the earlier one's."""
    return Limiter(
        now=lambda: now, clock=lambda: 5.0, known=file.load(now), keep=lambda bans: file.save(bans, now)
    )


def test_a_used_up_day_is_not_walked_into_again_after_a_restart(tmp_path: Path) -> None:
    file = BanFile(tmp_path / "bans.json", "123")
    first = started(file, NOW)
    first.learn("a", METHOD, DailyQuota("AppCallLimit", retry_after=7200.0), first.wait("a", METHOD))
    again = started(file, NOW + timedelta(hours=1))
    with pytest.raises(DailyQuota) as caught:
        again.wait("b", "aliexpress.trade.seller.orderlist.get")
    assert caught.value.retry_after == pytest.approx(3600)
    assert again.bans() == first.bans()
    tomorrow = started(file, NOW + timedelta(hours=2, seconds=1))
    tomorrow.wait("a", METHOD)


def test_a_ban_of_one_call_leaves_the_others_after_a_restart_too(tmp_path: Path) -> None:
    file = BanFile(tmp_path / "bans.json", "123")
    file.save([a_ban(600)], NOW)
    again = started(file, NOW)
    with pytest.raises(Unavailable):
        again.wait("a", METHOD)
    again.wait("a", "another.call")


def test_a_ban_that_was_lifted_is_forgotten_for_good(tmp_path: Path) -> None:
    file = BanFile(tmp_path / "bans.json", "123")
    file.save([a_ban(600)], NOW)
    started(file, NOW).lift()
    assert file.load(NOW) == []
    started(file, NOW).wait("a", METHOD)


@pytest.mark.parametrize(
    ("kept", "key"),
    [(a_ban(5), "123"), (a_ban(-1), "123"), (a_ban(86_400 * 3), "123"), (a_ban(600), "another app")],
)
def test_what_is_short_over_absurd_or_another_apps_is_not_believed(
    tmp_path: Path, kept: Ban, key: str
) -> None:
    BanFile(tmp_path / "bans.json", "123").save([kept], NOW)
    assert BanFile(tmp_path / "bans.json", key).load(NOW) == []


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"app_key": "123", "bans": [{"x": 1}]}', "\x00"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "bans.json").write_text(content)
    assert BanFile(tmp_path / "bans.json", "123").load(NOW) == []


def test_a_folder_that_cannot_be_written_to_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    BanFile(tmp_path / "file" / "bans.json", "123").save([a_ban(600)], NOW)
