"""The kinds of steps that an adapter can be chosen for one by one; what each does stands in the reference of actions.

What only keeps other steps for later is planshift's own, and not among them.
"""

from __future__ import annotations

from typing import Final

STEP_KINDS: Final = (
    "add_addon",
    "add_to_invoice_run",
    "add_to_next_invoice",
    "ask_payment",
    "await_payment",
    "bump_renewal",
    "carry_contract",
    "change_package",
    "change_term",
    "discount_next_invoice",
    "drop_allowance",
    "end_contract",
    "end_package",
    "end_plan",
    "end_service",
    "extend_period",
    "issue_credit",
    "issue_invoice",
    "move_addons",
    "move_allowance",
    "move_answers",
    "move_resources",
    "move_settings",
    "post_lines",
    "record_approval",
    "record_override",
    "reduce_debt",
    "refund",
    "release_credit",
    "remove_addon",
    "send_notice",
    "start_contract",
    "start_package",
    "start_plan",
)
"""Their names, sorted."""

PACKAGE_STEPS: Final = frozenset({"change_package", "end_package", "start_package"})
"""What modules are told of."""

NOTICE_STEPS: Final = frozenset({"send_notice"})
"""What is told to people."""

ABOUT_INVOICES: Final = ("ask_payment", "await_payment")
"""Steps about an invoice that an earlier step has issued: a biller knows no other's."""
