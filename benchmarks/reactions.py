"""What an event costs until its reactions are known, and that memory stays flat: `python benchmarks/reactions.py`.

Events by the million come in for orders of a book with a dozen reactions. Each is summed up by the compiled form and
matched; of every hundredth the plain evaluation is asked as well, and both have to agree. `--events N` sends another
number, `--child` matches in a process of its own.

What is printed is processor time, so that other work on the machine does not count; with `--child`, where two processes
take turns, it is the time that passes.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

from planshift.book import load_text
from planshift.execution.reactions.child import Child
from planshift.execution.reactions.engine import Reactions, why_not_durable
from planshift.execution.reactions.matching import Matcher
from planshift.rulebook.order_facts import OrderFacts
from planshift.rulebook.reaction_names import EVENTS
from planshift.rulebook.reactions import plain
from planshift.rulebook.reactions.book_reactions import Situation

POLICY = """
policy_language: 1
book: reacting
currency: EUR
paths:
  - { from: small, crossgrades: [large] }
"""
CATALOG = """
plans:
  small: { title: Small, prices: { monthly: { every: 1 month, EUR: "9.00" } } }
  large: { title: Large, prices: { monthly: { every: 1 month, EUR: "19.00" } } }
"""
RULES = """
on rating.completed and job.completed when credit.held then release_credit
on invoice.issued when change.waiting then lock_change
on payment.failed when payment.awaited and payment.failures >= 3 then expire_change, notify_client
on payment.received or invoice.paid when payment.awaited and not invoice.open then apply_change
on usage.reported when credit.amount > 50 EUR then hold_credit, notify_staff
on change.scheduled when change.days_left > 14 days then notify_client
on change.applied then notify_client
on change.cancelled or change.failed then notify_client, notify_staff
on renewal.due when order.age > 30 days and not change.waiting then notify_staff
on trial.ended and (payment.failed or invoice.issued) when change.cancellable then cancel_change
on period.ended when invoice.open then notify_staff
on change.requested when request.by = customer then replace_switch
"""
SUBSCRIPTION = {
    "id": "sub-1",
    "plan": "small",
    "price": "monthly",
    "period": {"start": "2026-03-01", "end": "2026-04-01"},
    "customer": {"id": "c-1"},
}
STEPS = 10
"""How often cost and memory are printed."""

CHECKED = 100
"""One event of so many is answered by the plain evaluation as well."""

FIRST_DAY = 20_522


def memory(pid: int) -> int:
    """The resident memory of a process in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def resident(child: Child | None) -> int:
    """The resident memory of the process that matches, in KiB."""
    if child is not None and child.pid is not None:
        return memory(child.pid)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def situations(count: int) -> list[tuple[str, Situation]]:
    """Some events with the order by then, different in what has happened and in what is asked."""
    book = load_text({"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES})
    held = book.subscription(SUBSCRIPTION)
    request = book.request(held, to="large", at="2026-03-10T10:00")
    names, found = tuple(EVENTS), []
    for number in range(count):
        happened = frozenset(name for place, name in enumerate(names) if (number * 7_919 >> place % 13) & 1)
        order = OrderFacts(
            age=number % 60,
            waiting=number % 2 == 0,
            days_left=number % 30,
            cancellable=number % 3 == 0,
            payment_awaited=number % 5 < 3,
            payment_failures=number % 5,
            invoice_open=number % 7 < 3,
            credit_held=number % 4 < 2,
            credit_amount=number % 9_000,
        )
        event = names[number % len(names)]
        today = FIRST_DAY + number % 60
        found.append(
            (event, Situation(subscription=held, request=request, today=today, order=order, happened=happened))
        )
    return found


def main() -> int:
    """Print cost and memory as events come in; 1 where memory has grown or the answers differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--child", action="store_true")
    asked = parser.parse_args()
    if why_not_durable():
        print(why_not_durable())
        return 1
    child = Child() if asked.child else None
    book = load_text({"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES})
    reactions = Reactions.of(book, child=child)
    assert reactions.matcher is not None  # it imports, and the book has reactions
    print(f"{asked.events:,} events, {len(reactions.reactions.all)} reactions, matched by {reactions.ran_by}")
    grown = sent(reactions, reactions.matcher, events=asked.events, child=child)
    if child is not None:
        child.close()
    return 1 if grown else 0


def sent(reactions: Reactions, matcher: Matcher, *, events: int, child: Child | None) -> bool:
    """Send events, print what they cost, and tell whether memory has grown since the first of the steps."""
    drawn, fired, first = situations(5_003), 0, 0
    step, clock = max(events // STEPS, 1), time.process_time_ns if child is None else time.perf_counter_ns
    print(f"{'events':>10} {'fired':>10} {'summed up':>12} {'matched':>12} {'memory':>12}")
    for begin in range(0, events, step):
        summing = matching = 0
        for number in range(begin, min(begin + step, events)):
            event, situation = drawn[number % len(drawn)]
            start = clock()
            fact = reactions.reactions.summary(event, situation).fact
            middle = clock()
            found = tuple(matcher.match(fact))
            matching += clock() - middle
            summing += middle - start
            fired += len(found)
            if number % CHECKED == 0 and found != plain.firing(reactions.reactions.all, fact):
                sys.exit(f"the plain evaluation disagrees: {event}, {situation}")
        now = resident(child)
        first = first or now
        count = min(begin + step, events)
        each = (f"{nanoseconds // step / 1000:.1f} us" for nanoseconds in (summing, matching))
        print(f"{count:>10,} {fired:>10,} {next(each):>12} {next(each):>12} {now // 1024:>8} MiB")
    grown = now - first > 1024
    print("memory has grown" if grown else "memory is flat")
    return grown


if __name__ == "__main__":
    sys.exit(main())
