"""Cases as the text that somebody would write for them, in the layout of `planshift fmt`.

What a decision or a list of options says becomes a case that passes: the subscription is told by the file of the book
that comes nearest to it, and `expect` holds what a product manager would look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from textwrap import wrap

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision, Options
from planshift.cases.answers import answered, offered
from planshift.policy.request_documents import FOR_EVERY_TARGET
from planshift.policy.written_documents import Fields, fields_over, instant_text, request_fields, subscription_fields
from planshift.policy.written_yaml import WIDTH, Data, entry

Answer = Decision | Options[Decision]
"""What a book says: to a request, or to the question what there is."""

_INDENT = 4


def case_file_text(cases: Iterable[str], *, head: str = "") -> str:
    """A file of cases that were written by `case_text`; `head` is the comment at its top."""
    comment = [f"# {line}" for line in wrap(head, WIDTH - 2)]
    return "\n".join((*comment, "cases:", "\n".join(cases)))


def case_text(
    name: str,
    answer: Answer,
    *,
    book: Book,
    subscription: Subscription,
    request: ChangeRequest,
    why: str = "",
    also: Iterable[str] = (),
) -> str:
    """One case, as an item of the list `cases:`, that passes where the book gives this answer.

    `why` is a comment above what is expected. `also` are names of `expect` (`steps`, `terms.notify`, `hidden.gold`)
    that are written beside those that `keys_of` chooses.
    """
    case = case_fields(answer, book=book, subscription=subscription, request=request, also=also)
    lines = list(entry("name", name, indent=_INDENT))
    for key, value in case.items():
        if key == "expect":
            lines += (f"{' ' * _INDENT}# {line}" for line in wrap(why, WIDTH - _INDENT - 2))
        lines += entry(key, value, indent=_INDENT, is_open=key == "expect")
    return "\n".join((f"{' ' * (_INDENT - 2)}- {lines[0].lstrip()}", *lines[1:], ""))


def case_fields(
    answer: Answer, *, book: Book, subscription: Subscription, request: ChangeRequest, also: Iterable[str] = ()
) -> Fields:
    """The same as fields: `now`, `given`, `when` and `expect`."""
    fields: Fields = {
        "now": instant_text(request.at, subscription.timezone or book.zone),
        "given": given_fields(subscription, book),
    }
    when = request_fields(request, book.document, subscription=subscription)
    if not isinstance(answer, Decision):
        when = {name: value for name, value in when.items() if name in FOR_EVERY_TARGET}
    if when:
        fields["when"] = when
    return fields | {"expect": expect_fields(answer, also=also)}


def given_fields(subscription: Subscription, book: Book) -> Fields:
    """A subscription as a case gives it: by the nearest file of the book and what differs, or as a whole."""
    whole = subscription_fields(subscription, book.document)
    overs = [(name, fields_over(whole, held)) for name, held in _files_of(book).items()]
    name, over = min(overs, key=lambda each: _size(each[1]), default=("", whole))
    return {"subscription": name, **over} if _size(over) * 2 <= _size(whole) else whole


@lru_cache(maxsize=4)
def _files_of(book: Book) -> Mapping[str, Fields]:
    return {name: subscription_fields(held, book.document) for name, held in book.subscriptions.items()}


def _size(value: Data) -> int:
    """How many single values there are to read."""
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 1


def expect_fields(answer: Answer, *, also: Iterable[str] = ()) -> Fields:
    """What a case expects so that it passes: what `keys_of` chooses, and more by name."""
    say = answered if isinstance(answer, Decision) else offered
    return nested({name: say(answer, name) for name in dict.fromkeys((*keys_of(answer), *also))})  # type: ignore[arg-type]  # each is asked what it knows


def nested(values: Mapping[str, Data]) -> Fields:
    """Values by dotted names, as mappings within mappings; names of terms keep their own dots."""
    fields: Fields = {}
    for name, value in values.items():
        head, _, inner = name.partition(".")
        if not inner:
            fields[name] = value
            continue
        before = fields.get(head)
        fields[head] = {**(before if isinstance(before, Mapping) else {}), inner: value}
    return fields


def keys_of(answer: Answer) -> tuple[str, ...]:
    """The names of what a product manager would look at in an answer."""
    return tuple(_keys(answer) if isinstance(answer, Decision) else _offer_keys(answer))


def _offer_keys(options: Options[Decision]) -> Iterator[str]:
    yield "options"
    if not options.entries:
        yield "why"


def _keys(decision: Decision) -> Iterator[str]:
    yield from ("verdict", "reasons")
    if decision.warnings:
        yield "warnings"
    yield from (f"excess.{fit.resource}" for fit in decision.limits if fit.excess)
    if decision.remedies:
        yield "remedies"
    if not decision.priced:
        return
    yield "direction"
    if decision.renews:
        yield from ("to", "to_price", "switch", "period.start", "period.end")
    else:
        yield "effective_on"
    yield from ("lines", "due_now")
    yield from _money_keys(decision)
    if decision.next_bill is not None:
        yield from ("next_bill_on", "next_bill")
    yield from _aftermath_keys(decision)


def _money_keys(decision: Decision) -> Iterator[str]:
    """Where money goes that is not simply paid or set off."""
    flow_, kinds = decision.flow, ("debt_reduced", "to_account", "refunded", "to_next_bill", "to_time", "forfeited")
    if flow_ is None:
        return
    yield from (name for name in ("due_later", "due_held") if getattr(flow_, name).minor)
    yield from (f"flow.{kind}" for kind in (*kinds, "account_used") if getattr(flow_, kind).minor)


def _aftermath_keys(decision: Decision) -> Iterator[str]:
    if decision.extension is not None:
        yield from ("extension.units", "extension.ends_on")
    contract = decision.contract
    if contract is not None and contract.outcome != "none":
        yield "contract.outcome"
        yield from ("contract.ends_on",) if contract.ends_on else ()
        yield from (f"contract.{part}" for part in ("penalty", "remainder") if getattr(contract, part).minor)
    if decision.lost:
        yield "lost"
    if not decision.immediate and not decision.renews:
        yield "cancellable_until"
    if decision.renews:
        yield "renews_on"
