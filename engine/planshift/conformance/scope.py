"""Which kinds of cases are not a plan-change engine's business, each with its sentence."""

from __future__ import annotations

from planshift.conformance.case_file import Case

OUT_OF_SCOPE: dict[str, str] = {
    "pause_resume": "a pause and a resume billed in one go is a biller's run over several events, not one change",
    "one_time_fee": "which fees stand when several events fall on one day is decided by a biller that sees all of them",
    "alignment": "where the phases of one catalog begin to count is bookkeeping inside one system",
    "balance": "how an allowance is carried over is metering, and no money of a change depends on it",
    "usage_min": "a minimum of usage is settled by the bill of the usage, not by a change",
    "discount_giveback": "taking back a discount for a shortened commitment is a rule of one system's orders",
    "credit_note with tax": "a credit note with tax is written by the invoicing system, which knows taxes and payments",
}
"""Kind of case -> why it is out of scope."""


def out_of_scope(case: Case) -> tuple[str, str]:
    """The kind that a case is told under, and why it is out of scope; empty where it is in scope."""
    with_tax = case.kind == "credit_note" and case.given.has("tax_percent")
    kind = "credit_note with tax" if with_tax else case.kind
    return kind, OUT_OF_SCOPE.get(kind, "")
