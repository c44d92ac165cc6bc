"""Who matches, and that every event gets its answer whatever goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from planshift.execution.log import Happened, told
from planshift.execution.order import Order
from planshift.execution.reactions.child import Child
from planshift.execution.reactions.engine import MOST_FAULTS, Reactions
from planshift.execution.reactions.matching import MatcherFaultError
from planshift.execution.reactions.reacting import react
from planshift.rulebook.reaction_names import EVENTS
from tests.execution.reactions.orders import LATER, carried_on, instant, order_of, shop

NOON = instant("2026-03-11 12:00")
RULES = "on invoice.issued when change.waiting then lock_change\non payment.failed then notify_staff"
BOOK = shop(LATER, RULES)

try:
    import durable_rules_engine
except ImportError:
    durable_rules_engine = None

# It imports on Python below 3.13 only; what it is held against, the plain evaluation, is tested everywhere.
durable = pytest.mark.skipif(durable_rules_engine is None, reason="durable-rules does not import here")


@pytest.fixture
def child() -> Iterator[Child]:
    found = Child()
    yield found
    found.close()


def issued() -> Order:
    """A change that waits, whose invoice was issued just now."""
    return told(carried_on(order_of(BOOK), at="2026-03-11 12:00"), Happened(event="invoice.issued"))


def kinds(reactions: Reactions, order: Order | None = None) -> list[str]:
    return [each.kind for each in react(reactions, order or issued(), event="invoice.issued", at=NOON)]


def test_the_plain_evaluation_answers() -> None:
    reactions = Reactions(BOOK, matcher=None)
    assert reactions.ran_by == "plain evaluation"
    assert kinds(reactions) == ["reacted", "moved"]


@durable
def test_durable_rules_answers_where_it_imports() -> None:
    reactions = Reactions.of(BOOK)
    assert reactions.ran_by == "durable-rules"
    assert kinds(reactions) == ["reacted", "moved"]
    assert not reactions.faults


@durable
def test_a_child_answers_and_lives_on(child: Child) -> None:
    reactions, others = (
        Reactions.of(BOOK, child=child),
        Reactions.of(shop(LATER, "on invoice.issued then notify_client"), child=child),
    )
    assert reactions.ran_by == "durable-rules, in a process of its own"
    for _ in range(3):
        assert kinds(reactions) == ["reacted", "moved"]
        assert kinds(others) == ["reacted", "notice_asked"]
    assert child.started == 1
    assert not reactions.faults


@durable
def test_a_killed_child_loses_no_event_and_is_replaced(child: Child) -> None:
    reactions = Reactions.of(BOOK, child=child)
    kinds(reactions)
    for killed in range(1, 4):
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        assert kinds(reactions) == ["reacted", "moved"]
        assert kinds(reactions) == ["reacted", "moved"]
        assert child.started == killed + 1


@durable
def test_a_child_that_dies_in_the_middle_is_a_fault_on_record(child: Child) -> None:
    reactions = Reactions.of(BOOK, child=child)
    kinds(reactions)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.2; kill -KILL {child.pid}"])  # noqa: S607  # whichever shell
    assert kinds(reactions) == ["reacted", "moved"]
    killer.wait()
    assert list(reactions.faults) == ["the process has ended with -9"]
    assert kinds(reactions) == ["reacted", "moved"]
    assert len(reactions.faults) == 1


@durable
def test_a_child_that_does_not_answer_in_time_is_replaced() -> None:
    child = Child(seconds=1)
    reactions = Reactions.of(BOOK, child=child)
    kinds(reactions)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    assert kinds(reactions) == ["reacted", "moved"]
    assert list(reactions.faults) == ["there is no answer within 1 seconds"]
    assert kinds(reactions) == ["reacted", "moved"]
    assert child.pid != first
    assert not Path(f"/proc/{first}").exists()
    child.close()


@durable
def test_a_child_has_no_more_memory_than_it_is_given() -> None:
    child = Child(memory=1)
    reactions = Reactions.of(BOOK, child=child)
    assert kinds(reactions) == ["reacted", "moved"]
    assert reactions.faults
    child.close()


@durable
def test_a_child_that_uses_too_much_memory_ends_and_nobody_else_does() -> None:
    child = Child(memory=128 * 2**20)
    reactions = Reactions.of(BOOK, child=child)
    kinds(reactions)
    with pytest.raises(MatcherFaultError):
        child.fired("huge", (), fact={"x" * 2**26: True})
    assert kinds(reactions) == ["reacted", "moved"]
    assert child.started == 2
    assert not reactions.faults
    child.close()


FORKED = """
import os
from tests.execution.reactions.test_engine import BOOK, kinds
from planshift.execution.reactions.engine import Reactions
from planshift.execution.reactions.child import Child
child = Child()
reactions = Reactions.of(BOOK, child=child)
kinds(reactions)
first = child.pid
forked = os.fork()
answers = [kinds(reactions), kinds(reactions)]
fine = answers == [["reacted", "moved"]] * 2 and not reactions.faults
mine = child.pid
if forked == 0:
    child.close()
    os._exit(0 if fine and mine != first and child.started == 2 else 1)
child.close()
print(fine and mine == first and child.started == 1 and os.waitpid(forked, 0)[1] == 0)
"""


@durable
def test_a_process_that_is_forked_off_has_a_child_of_its_own() -> None:
    run = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout == "True\n"


class Broken:
    """A matcher that is wrong each time."""

    name = "broken"

    def __init__(self) -> None:
        self.asked = 0

    def match(self, fact: Mapping[str, bool]) -> tuple[int, ...]:
        assert fact
        self.asked += 1
        raise MatcherFaultError("no")


def test_what_goes_wrong_time_and_again_is_not_asked_any_more() -> None:
    broken = Broken()
    reactions = Reactions(BOOK, matcher=broken)
    for _ in range(2 * MOST_FAULTS):
        assert kinds(reactions) == ["reacted", "moved"]
    assert broken.asked == MOST_FAULTS
    assert reactions.ran_by == f"plain evaluation: it went wrong {MOST_FAULTS} times in a row: no"


def test_without_reactions_nothing_is_matched() -> None:
    reactions = Reactions.of(shop(LATER, ""))
    assert reactions.ran_by == "plain evaluation: the book has no reactions"
    assert kinds(reactions) == []


@durable
def test_what_the_library_could_not_hold_is_evaluated_plainly() -> None:
    pairs = " and ".join(
        f"({one} or {other})" for one, other in zip(tuple(EVENTS)[:7], tuple(EVENTS)[7:14], strict=True)
    )
    reactions = Reactions.of(shop(LATER, f"on {pairs} then notify_staff"))
    assert reactions.ran_by == "plain evaluation: reaction 1 waits for more than 16 alternatives"


BLOCKED = """
import sys, json
sys.modules["durable_rules_engine"] = None
from tests.execution.reactions.test_engine import BOOK, issued, kinds
from planshift.execution.reactions.engine import Reactions
from planshift.execution.reactions.child import Child
found = Reactions.of(BOOK), Reactions.of(BOOK, child=Child())
print(json.dumps([(each.ran_by, kinds(each)) for each in found]))
"""


def test_where_durable_rules_does_not_import_everything_works() -> None:
    run = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=True, timeout=60)
    for ran_by, found in json.loads(run.stdout):
        assert ran_by.startswith("plain evaluation: durable-rules is not installed")
        assert found == ["reacted", "moved"]
