"""Those who listen: each thing at least once under one id, in its order for each order, whoever dies when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from planshift.execution.amending import amended
from planshift.execution.calling_off import call_off
from planshift.execution.log import Stuck
from planshift.execution.news import Listening, News, NewsKind
from planshift.execution.ports import Done, Outcome, Refused, Task, Unavailable, Waits
from planshift.execution.store import news as kept
from planshift.execution.store.engine import Store
from planshift.execution.telling import LEASE, Told, tell
from tests.execution.doubles import Notebook, prepare
from tests.execution.placing import AT, GATED, LATER, NOW, order, worker

DAY = 86_400


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Ear:
    """Somebody who listens; what it answers is up to a test."""

    name: str = "ear"
    answers: Callable[[News], Outcome | None] = lambda _: None
    heard: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def tell(self, news: News, *, at: int) -> Outcome:
        assert at >= news.at
        found = self.answers(news)
        if found is not None:
            return found
        self.heard.append(f"{news.order} {news.event}")
        self.ids.append(news.id)
        return Done()


@pytest.fixture
def ear(store: Store) -> Ear:
    prepare(store)
    with store.begin() as connection:
        kept.listen(connection, ["ear"])
    return Ear()


def told(store: Store, ear: Ear, *, now: int = AT, events: frozenset[NewsKind] | None = None) -> Told:
    listening = Listening(listener=ear) if events is None else Listening(listener=ear, events=events)
    return tell(store, [listening], now=now)


def left(store: Store) -> int:
    with store.reading() as connection:
        (found,) = kept.backlogs(connection)
    return found.orders


def test_what_becomes_of_an_order_is_told_once_and_in_its_order(store: Store, ear: Ear) -> None:
    order(store, LATER)
    at_work = worker(store, Notebook())
    at_work.work(AT)
    assert told(store, ear) == Told(told=2)
    assert told(store, ear) == Told()
    call_off(store, "o-1", by="customer", at=AT + DAY)
    at_work.work(AT + DAY)
    assert told(store, ear, now=AT + DAY) == Told(told=1)
    assert ear.heard == ["o-1 placed", "o-1 scheduled", "o-1 cancelled"]
    assert len(set(ear.ids)) == 3
    assert left(store) == 0


def test_only_what_is_wanted_is_told(store: Store, ear: Ear) -> None:
    order(store, NOW)
    worker(store, Notebook()).work(AT)
    assert told(store, ear, events=frozenset({"applied", "failed"})) == Told(told=1)
    assert ear.heard == ["o-1 applied"]
    assert left(store) == 0


def test_a_payment_that_is_waited_for_is_told_once(store: Store, ear: Ear) -> None:
    def unpaid(task: Task) -> Outcome | None:
        return Waits(why="not paid", until=task.at + 60) if task.action.kind == "await_payment" else None

    order(store, GATED)
    at_work = worker(store, Notebook(answers=unpaid))
    for later in (0, 60, 120):
        at_work.work(AT + later)
        told(store, ear, now=AT + later)
    assert ear.heard == ["o-1 placed", "o-1 awaiting_payment"]


def test_a_failure_is_told_and_that_a_person_is_needed(store: Store, ear: Ear) -> None:
    def never(task: Task) -> Outcome | None:
        return Refused(why="no") if task.action.kind == "start_plan" and not task.undoing else None

    order(store, NOW)
    worker(store, Notebook(answers=never)).work(AT)
    order(store, NOW, name="o-2", who="sub-2")
    amended(store, "o-2", by=lambda _: iter([Stuck(position="1", why="a test")]), at=AT)
    told(store, ear)
    assert ear.heard == ["o-1 placed", "o-1 failed", "o-2 placed", "o-2 stuck"]


def test_who_does_not_take_it_is_told_again_later_and_in_order(store: Store, ear: Ear) -> None:
    ear.answers = lambda news: Unavailable(why="down") if news.order == "o-1" else None
    order(store, NOW)
    order(store, NOW, name="o-2", who="sub-2")
    worker(store, Notebook()).work(AT)
    assert told(store, ear) == Told(told=2, faults=1)
    assert told(store, ear) == Told()
    with store.reading() as connection:
        assert kept.backlogs(connection) == (kept.Backlog(listener="ear", orders=1, fault="down"),)
    ear.answers = lambda _: None
    assert told(store, ear, now=AT + 5) == Told(told=2)
    assert ear.heard == ["o-2 placed", "o-2 applied", "o-1 placed", "o-1 applied"]


def test_who_dies_behind_the_telling_tells_the_same_again(store: Store, ear: Ear) -> None:
    def dies(news: News) -> None:
        if news.event == "applied" and "died" not in ear.heard:
            ear.heard.append("died")
            ear.ids.append(news.id)
            raise Killed

    ear.answers = dies
    order(store, NOW)
    worker(store, Notebook()).work(AT)
    with pytest.raises(Killed):
        told(store, ear)
    assert told(store, ear, now=AT + LEASE - 1) == Told()  # somebody may still be at it
    assert told(store, ear, now=AT + LEASE) == Told(told=1)
    assert ear.heard == ["o-1 placed", "died", "o-1 applied"]
    assert ear.ids[1] == ear.ids[2]


def test_one_that_raises_takes_nobody_down(store: Store, ear: Ear) -> None:
    def raises(_: News) -> Outcome:
        raise ValueError("a secret")

    ear.answers = raises
    order(store, NOW)
    assert told(store, ear) == Told(faults=1)
    with store.reading() as connection:
        assert [each.fault for each in kept.backlogs(connection)] == ["ear raised ValueError"]


def test_what_is_added_while_somebody_is_told_is_told_next(store: Store, ear: Ear) -> None:
    def in_between(news: News) -> None:
        if news.event == "scheduled":
            call_off(store, "o-1", by="customer", at=AT)
            worker(store, Notebook(), name="other").work(AT)

    ear.answers = in_between
    order(store, LATER)
    worker(store, Notebook()).work(AT)
    told(store, ear)
    assert ear.heard == ["o-1 placed", "o-1 scheduled", "o-1 cancelled"]
    assert left(store) == 0


def test_who_begins_to_listen_hears_from_then_on_and_who_is_forgotten_no_more(store: Store) -> None:
    prepare(store)
    order(store, LATER)
    with store.begin() as connection:
        kept.listen(connection, ["ear"])
        kept.listen(connection, ["ear"])
    worker(store, Notebook()).work(AT)
    ear = Ear()
    told(store, ear)
    assert ear.heard == ["o-1 scheduled"]
    with store.begin() as connection:
        assert kept.forget(connection, "ear")
        assert not kept.forget(connection, "ear")
    order(store, NOW, name="o-2", who="sub-2")
    assert told(store, ear) == Told()
