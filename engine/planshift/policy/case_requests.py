"""Requests of cases as they are written: made whole once it is known what they are asked of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.document import BookDocument
from planshift.policy.expectations import Expected
from planshift.policy.located import Located
from planshift.policy.places import Path, thing_at
from planshift.policy.placing import Placing
from planshift.policy.request_documents import request_from_model
from planshift.policy.request_model import RequestModel


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of a case as it is written. What it leaves out (the price, say) follows the subscription.

    One that is not `targeted` names no plan: it says who asks for the options, and when.
    """

    model: RequestModel
    root: Located
    book: BookDocument
    now: int | None
    targeted: bool = True
    cut: tuple[Path, ...] = ()
    """The parts that had mistakes and were left out."""

    def of(self, subscription: Subscription) -> tuple[ChangeRequest, tuple[Diagnostic, ...]]:
        """The request for a subscription as it is then, and what is wrong with it."""
        placing = Placing(self.root, cut=self.cut)
        request = request_from_model(
            self.model, placing, book=self.book, subscription=subscription, now=self.now, targeted=self.targeted
        )
        return request, placing.all_problems()


def asked_at(
    when: RequestModel, placing: Placing, *, at: Path, book: BookDocument, now: int, expected: Iterable[Expected]
) -> Asked:
    """Return the request that stands at a path; one without a plan asks for the options if nothing else is expected."""
    inner = placing.below(*at)
    targeted = _names_a_target(when) or not all(each.about_offers for each in expected)
    return Asked(model=when, root=inner.root, book=book, now=now, targeted=targeted, cut=inner.cut)


def inside(problems: tuple[Diagnostic, ...], placing: Placing, *, at: Path) -> Iterator[Diagnostic]:
    """Yield the problems of a part of a document, each telling the case that it is in."""
    for problem in problems:
        yield replace(problem, context=problem.context or thing_at(placing.root, at))


def _names_a_target(when: RequestModel) -> bool:
    """Whether a request leads somewhere; one that does not asks what there is."""
    return when.kind in ("cancel", "renew") or (when.to or when.price) is not None
