"""The pass that gathers who says something about terms: the company, client groups, customers, plans."""

from __future__ import annotations

from planshift.rulebook.draft import Draft
from planshift.rulebook.ladder_values import Holders
from planshift.rulebook.statements import statements_of


def resolve_holders(draft: Draft) -> None:
    """Fill `draft.holders`."""
    policy, plans = draft.document.policy, draft.tables.plans
    draft.holders = Holders(
        company=statements_of(policy.terms, kind="any", title="terms"),
        client_groups=tuple(
            (c.client_group, statements_of(c.terms, kind="client_group", title=f"client group {c.client_group}"))
            for c in policy.clients
            if c.client_group is not None
        ),
        customers=tuple(
            (c.customer, statements_of(c.terms, kind="customer", title=f"customer {c.customer}"))
            for c in policy.clients
            if c.customer is not None
        ),
        leaving=tuple(
            (plans[p.plan], statements_of(p.leaving, kind="plan", title=f"leaving {p.plan}"))
            for p in policy.plans
            if p.plan in plans and p.leaving
        ),
        arriving=tuple(
            (plans[p.plan], statements_of(p.arriving, kind="arriving", title=f"arriving at {p.plan}"))
            for p in policy.plans
            if p.plan in plans and p.arriving
        ),
    )
