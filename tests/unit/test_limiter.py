"""Bans are obeyed, and the pace afterwards stays below the limit they came from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lib.aliexpress.errors import DailyQuota, Unavailable
from lib.aliexpress.limiter import HASTE, HOLD_S, LEAST_SHARE, TURN_S, Limiter

START = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
METHOD, OTHER = "aliexpress.logistics.createwarehouseorder", "aliexpress.logistics.querylogisticsorderdetail"


class Desk:
    """A limiter on a clock that only moves when it sleeps, before a platform that lets so many through a second."""

    def __init__(self, per_second: int = 0, ban_s: float = 1.0) -> None:
        self.at = 0.0
        self.per_second, self.ban_s = per_second, ban_s
        self.banned_until, self.recent = 0.0, []
        self.bans: list[float] = []
        self.limiter = Limiter(now=self.now, clock=lambda: self.at, sleep=self.sleep)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.at)

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def call(self, method: str = METHOD, shop_id: str = "a") -> bool:
        """One call; returns whether it was let through there."""
        sent = self.limiter.wait(shop_id, method)
        self.recent = [one for one in self.recent if one > sent - 1]
        if sent < self.banned_until or len(self.recent) >= self.per_second > 0:
            self.banned_until = sent + self.ban_s
            self.bans.append(sent)
            self.limiter.learn(shop_id, method, Unavailable("7", retry_after=self.ban_s + 0.5), sent)
            return False
        self.recent.append(sent)
        self.limiter.passed(shop_id, method, sent)
        return True


def banned(desk: Desk, error: Unavailable, *, shop_id: str = "a", method: str = METHOD) -> None:
    desk.limiter.learn(shop_id, method, error, desk.limiter.wait(shop_id, method))


@pytest.mark.parametrize("per_second", [5, 20, 50, 200])
def test_the_same_limit_is_not_run_into_twice(per_second):
    desk = Desk(per_second)
    passed = sum(desk.call() for _ in range(per_second * 30))
    assert len(desk.bans) == 1
    assert passed == per_second * 30 - 1


def test_a_limit_of_a_few_calls_is_learned_from_the_second_ban():
    desk = Desk(3)
    for _ in range(100):
        desk.call()
    assert len(desk.bans) == 2


def test_the_pace_afterwards_is_most_of_what_was_allowed():
    desk = Desk(50)
    while desk.call():
        pass
    assert desk.call()
    started = desk.at
    for _ in range(400):
        desk.call()
    assert 400 / (desk.at - started) == pytest.approx(49.5, rel=0.02)
    [pace] = desk.limiter.paces()
    assert (pace.method, pace.per_second) == (METHOD, pytest.approx(49.5))


def test_a_call_that_left_first_and_arrived_last_teaches_the_whole_limit():
    """Threads are held up between leaving and arriving; what overtook the call had passed before that."""
    desk = Desk()
    late = desk.limiter.wait("a", METHOD)
    for _ in range(50):
        desk.at += 0.001
        sent = desk.limiter.wait("a", METHOD)
        desk.at += 0.002
        desk.limiter.passed("a", METHOD, sent)
    desk.at += 0.005
    desk.limiter.learn("a", METHOD, Unavailable("7", retry_after=1.5), late)
    desk.at += 2
    [pace] = desk.limiter.paces()
    assert pace.per_second == pytest.approx(49.5)


def test_a_ban_before_which_next_to_nothing_passed_teaches_no_pace():
    """Calls that leave together may all meet a ban that somebody else's calls brought about."""
    desk = Desk()
    together = [desk.limiter.wait("a", METHOD) for _ in range(HASTE * 3)]
    desk.at += 0.05
    for sent in together:
        desk.limiter.learn("a", METHOD, Unavailable("7", retry_after=1.0), sent)
    desk.at += 2
    assert desk.limiter.paces() == []
    assert desk.call()


def test_turns_missed_while_the_process_stood_still_are_not_made_up_for_in_a_heap():
    desk = Desk(50)
    for turn in range(1500):
        if turn % 40 == 0:
            desk.at += 0.3
        desk.call()
    assert len(desk.bans) == 1


def test_a_limit_met_again_after_its_hold_is_held_twice_as_long():
    desk = Desk(50)
    while desk.call():
        pass
    lasted = []
    for _ in range(2):
        assert desk.call()
        before, known = desk.at, len(desk.bans)
        while len(desk.bans) == known:
            desk.call()
        lasted.append(desk.at - before)
    assert lasted[0] > HOLD_S
    assert lasted[1] == pytest.approx(2 * HOLD_S, rel=0.05)


def test_another_call_is_not_held_back_by_a_pace_or_a_ban():
    desk = Desk(20)
    while desk.call():
        pass
    before = desk.at
    desk.limiter.wait("a", OTHER)
    assert desk.at == before


def test_the_limit_of_one_call_is_believed_of_the_others():
    desk = Desk(20)
    while desk.call():
        pass
    desk.sleep(2)
    assert all(desk.call(OTHER) for _ in range(100)), "as many, in no other second"


def test_a_lonely_call_that_is_banned_was_no_haste_of_ours():
    """The limit of one call is shared by all apps: slowing down would not help."""
    desk = Desk()
    banned(desk, Unavailable("ApiCallLimit", retry_after=1.5))
    desk.limiter.wait("a", METHOD)
    assert desk.at == pytest.approx(1.5)
    assert desk.limiter.paces() == []


def test_calls_that_were_under_way_together_are_one_lesson():
    desk = Desk()
    sent = [desk.limiter.wait("a", METHOD) for _ in range(20)]
    for one in sent[:10]:
        desk.limiter.passed("a", METHOD, one)
    for one in sent[10:]:
        desk.limiter.learn("a", METHOD, Unavailable("7", retry_after=1.5), one)
    desk.limiter.wait("a", METHOD)
    [pace] = desk.limiter.paces()
    assert pace.per_second == pytest.approx(9.9)


def test_a_limit_that_shrank_slows_down_again_but_never_to_a_standstill():
    desk = Desk(100)
    while desk.call():
        pass
    desk.per_second = 3
    for _ in range(600):
        desk.call()
    [pace] = desk.limiter.paces()
    assert pace.per_second >= 100 * LEAST_SHARE


def test_a_pace_is_tried_faster_after_a_while_and_then_forgotten():
    desk = Desk(20)
    while desk.call():
        pass
    assert desk.call()
    desk.per_second = 0
    desk.at += HOLD_S + 300
    for _ in range(200):
        desk.call()
    assert desk.limiter.paces() == []


def test_a_short_ban_is_waited_out_and_a_long_one_is_not():
    desk = Desk()
    banned(desk, Unavailable("7", retry_after=2.0))
    desk.limiter.wait("a", METHOD)
    assert desk.at == pytest.approx(2.0)
    banned(desk, Unavailable("7", retry_after=30.0))
    with pytest.raises(Unavailable) as caught:
        desk.limiter.wait("a", METHOD)
    assert (caught.value.code, caught.value.retry_after) == ("banned", pytest.approx(30.0))


def test_a_turn_that_is_far_off_is_told_instead_of_waited_for():
    desk = Desk(HASTE, ban_s=0.5)
    while desk.call():
        pass
    desk.sleep(2)
    turns = []
    desk.limiter._sleep = lambda seconds: turns.append(seconds)
    desk.limiter.wait("a", METHOD)
    desk.limiter._paces["", METHOD].turn = desk.at + TURN_S + 1
    with pytest.raises(Unavailable) as caught:
        desk.limiter.wait("a", METHOD)
    assert (caught.value.code, caught.value.retry_after) == ("paced", pytest.approx(TURN_S + 1))


@pytest.mark.parametrize(
    ("error", "stopped"),
    [
        (Unavailable("ApiCallLimit", retry_after=60), {("a", METHOD), ("b", METHOD)}),
        (Unavailable("SellerCallLimit", retry_after=60), {("a", METHOD), ("a", OTHER)}),
        (Unavailable("5", retry_after=60), {("a", METHOD), ("a", OTHER)}),
        (Unavailable("AppCallLimit", retry_after=60), {(s, m) for s in "ab" for m in (METHOD, OTHER)}),
        (DailyQuota("7", retry_after=60), {(s, m) for s in "ab" for m in (METHOD, OTHER)}),
    ],
)
def test_a_ban_stops_what_it_is_about_and_nothing_else(error, stopped):
    """One call of the app, one seller, or the whole app with all its shops."""
    desk = Desk()
    banned(desk, error)
    turned_away = set()
    for shop_id in "ab":
        for method in (METHOD, OTHER):
            try:
                desk.limiter.wait(shop_id, method)
            except Unavailable:
                turned_away.add((shop_id, method))
    assert turned_away == stopped


def test_a_used_up_day_ends_by_the_wall_clock_too():
    """A machine that slept has no monotonic time for it."""
    desk = Desk()
    wall = {"ahead": timedelta()}
    desk.limiter = Limiter(now=lambda: desk.now() + wall["ahead"], clock=lambda: desk.at, sleep=desk.sleep)
    banned(desk, DailyQuota("AppCallLimit", retry_after=48_600))
    with pytest.raises(DailyQuota):
        desk.limiter.wait("a", OTHER)
    assert [ban.daily for ban in desk.limiter.bans()] == [True]
    wall["ahead"] = timedelta(hours=14)
    desk.limiter.wait("a", OTHER)
    assert desk.limiter.bans() == []


def test_bans_are_lifted_by_hand():
    desk = Desk()
    banned(desk, DailyQuota("7", retry_after=3600))
    desk.limiter.lift()
    desk.limiter.wait("a", METHOD)
    assert desk.limiter.bans() == []
