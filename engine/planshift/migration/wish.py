"""What is wished for everybody in some data: one change of plan for all who have one plan, or their renewals."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, final

from planshift.billing.change import ChangeRequest
from planshift.population.asking import Question

Kind = Literal["change", "renewal"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change for all who have the plan `of_plan`, or renewals of everybody; `facts` of the request are as written."""

    kind: Kind
    request: ChangeRequest
    of_plan: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def question(self) -> Question:
        """What each of them is asked."""
        return Question(kind=self.kind, request=self.request)

    @property
    def text(self) -> str:
        """What has to be the same when a migration goes on. The instant is not part of it: time goes on, too."""
        asked = self.request
        fields = {
            "kind": self.kind,
            "from": self.of_plan,
            "to": asked.plan,
            "price": asked.price,
            "by": asked.by,
            "person": asked.person,
            "approvals": sorted(asked.approvals),
            "facts": dict(sorted(self.facts)),
        }
        return json.dumps(fields, sort_keys=True, ensure_ascii=False)

    @property
    def title(self) -> str:
        """The wish in a few words."""
        return title_of(self.text)

    def order(self, migration: str, subscription: str, *, on: object) -> str:
        """The id of the order for a subscription, from which a change or a renewal holds `on` a day."""
        if self.kind == "renewal":  # as every renewal is called, so that it is placed once, whoever runs it
            return f"renewal:{subscription}:{on}"
        return f"migration:{migration}:{subscription}"


def title_of(text: str) -> str:
    """What a kept wish is, in a few words."""
    fields = json.loads(text)
    if fields["kind"] == "renewal":
        return "renewals"
    price = f", {fields['price']}" if fields["price"] else ""
    return f"{fields['from']} to {fields['to']}{price}"
