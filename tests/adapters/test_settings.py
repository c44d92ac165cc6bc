"""From `adapters.yaml` to who does which step."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run

import pytest

from planshift.actions.action import UNDONE_BY, Step
from planshift.adapters.contract import sample_tasks
from planshift.adapters.email.adapter import EmailAdapter
from planshift.adapters.email.server import MailServer
from planshift.adapters.file import FileAdapter
from planshift.adapters.killbill.adapter import KillBillAdapter
from planshift.adapters.killbill.settings import KillBillPlan
from planshift.adapters.memory import MemoryAdapter, MemorySide
from planshift.adapters.settings import Surroundings, adapters_of, gateways_of, read_settings
from planshift.adapters.stripe.adapter import StripeAdapter
from planshift.adapters.telling import OUTSIDE
from planshift.adapters.webhook.adapter import WebhookAdapter
from planshift.adapters.whm import WhmAdapter
from planshift.diagnostics.errors import InvalidInput
from planshift.execution.gateways import Gateways
from planshift.policy.step_kinds import ABOUT_INVOICES, NOTICE_STEPS, PACKAGE_STEPS, STEP_KINDS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the example of the specification
LEDGER = MemoryAdapter(side=MemorySide(), name="ledger")
ALL = """
adapters: 1
modules: { panel: hosting, switchboard: crm }
notices: mail
whm:
  hosting:
    url: "https://example.com:2087/"
    token_from: WHM_TOKEN
    account: answer hosting.username
    domain: answer hosting.domain
    packages: { silver: host_silver }
    ca: certificates/panel.pem
webhook:
  crm: { url: "https://example.com/steps", ask_url: "https://example.com/asked", secret_from: CRM_SECRET }
email:
  mail:
    host: mail.example.com
    user: planshift
    password_from: MAIL_PASSWORD
    sender: Example Hosting <billing@example.com>
    staff: [team@example.com]
    locale: fact language
    templates: { moved: { subject: "{title}", text: "{text}" } }
"""
ENVIRONMENT = {"WHM_TOKEN": "t0ken", "CRM_SECRET": f"{SECRET} {SECRET}", "MAIL_PASSWORD": "m4il"}


def chosen(text: str, folder: Path, **environment: str) -> Gateways:
    path = folder / "adapters.yaml"
    path.write_text(text, encoding="utf-8")
    around = Surroundings(environment=environment, folder=folder, books=lambda _: None)
    document = read_settings(path)
    return gateways_of(document, adapters_of(document, around), ledger=LEDGER, source=None)  # type: ignore[arg-type]  # a stand-in


def step(kind: str, *, module: str = "") -> Step:
    return next(
        task.step
        for task in sample_tasks([kind])
        if task.step.action.kind == kind and getattr(task.step.action, "module", "") == module
    )


def who(gateways: Gateways, kind: str, *, module: str = "") -> str | None:
    found = gateways.of(step(kind, module=module))
    return None if found is None else found.name


def test_each_step_goes_to_whom_the_file_chooses(tmp_path: Path) -> None:
    gateways = chosen(ALL, tmp_path, **ENVIRONMENT)
    assert who(gateways, "change_package", module="panel") == "hosting"
    assert who(gateways, "start_package", module="switchboard") == "crm"
    assert who(gateways, "send_notice") == "mail"
    assert who(gateways, "issue_invoice") == "ledger"
    assert who(gateways, "move_settings") == "ledger"


def test_everything_stands_in_the_adapters_that_stands_in_the_file(tmp_path: Path) -> None:
    made = {each.name: each for each in chosen(ALL, tmp_path, **ENVIRONMENT).adapters}
    whm, crm, mail = made["hosting"], made["crm"], made["mail"]
    assert isinstance(whm, WhmAdapter)
    assert (whm.token, whm.user, str(whm.account), str(whm.domain)) == (
        "t0ken",
        "root",
        "answer hosting.username",
        "answer hosting.domain",
    )
    assert (whm.packages, whm.line.timeout) == ({"silver": "host_silver"}, 60)
    assert whm.line.ca == tmp_path / "certificates/panel.pem"
    assert isinstance(crm, WebhookAdapter)
    assert (crm.ask_url, list(crm.secrets)) == ("https://example.com/asked", [SECRET, SECRET])
    assert isinstance(mail, EmailAdapter)
    assert mail.server == MailServer(host="mail.example.com", user="planshift", password="m4il")  # noqa: S106  # of no server
    assert mail.server.security == "starttls"
    assert (str(mail.client), str(mail.locale), mail.staff) == ("fact email", "fact language", ("team@example.com",))
    assert list(mail.templates) == ["moved"]


def test_without_a_choice_the_ledger_does_everything(tmp_path: Path) -> None:
    gateways = chosen("adapters: 1\n", tmp_path)
    for task in sample_tasks(UNDONE_BY):
        assert gateways.of(task.step) is LEDGER


KINDS = """
adapters: 1
modules: { panel: crm }
kinds: { move_settings: out, ask_payment: crm, change_package: out, start_package: out, send_notice: crm }
webhook: { crm: { url: "https://example.com/steps", secret_from: CRM_SECRET } }
file: { out: { folder: steps } }
"""


def test_single_kinds_of_steps_are_taken_away_from_the_others(tmp_path: Path) -> None:
    gateways = chosen(KINDS, tmp_path, CRM_SECRET=SECRET)
    kinds = ("move_settings", "ask_payment", "send_notice", "issue_invoice", "await_payment")
    assert [who(gateways, kind) for kind in kinds] == ["out", "crm", "crm", "ledger", "ledger"]
    assert who(gateways, "change_package", module="panel") == "crm"  # what a module says goes before
    assert who(gateways, "start_package", module="switchboard") == "out"


def test_every_kind_of_step_can_be_chosen_for_but_what_keeps_others_for_later() -> None:
    assert set(STEP_KINDS) == set(UNDONE_BY) - {"hold_credit", "queue_change", "schedule", "unschedule"}
    assert set(STEP_KINDS) <= OUTSIDE
    assert {*PACKAGE_STEPS, *NOTICE_STEPS, *ABOUT_INVOICES} < set(STEP_KINDS)


def test_somebody_else_can_bill_and_the_rest_is_said(tmp_path: Path) -> None:
    text = "adapters: 1\nbilling: out\nrest: {}\nfile: {{ out: {{ folder: steps }}, other: {{ folder: rest }} }}\n"
    gateways = chosen(text.format("other"), tmp_path)
    assert who(gateways, "issue_invoice") == "out"
    assert who(gateways, "change_package", module="panel") == "other"
    assert who(gateways, "send_notice") == "ledger"
    (out, *_) = (each for each in gateways.adapters if each.name == "out")
    assert isinstance(out, FileAdapter)
    assert out.folder == tmp_path / "steps"
    assert who(chosen(text.format("nobody"), tmp_path), "change_package", module="panel") is None


BILLERS = """
adapters: 1
billing: NAME
rest: nobody
stripe:
  card:
    key_from: STRIPE_KEY
    prices: { bronze: { monthly: price_1 } }
    days_until_due: 30
killbill:
  kb:
    url: "https://example.com"
    user: admin
    password_from: KB_PASSWORD
    api_key_from: KB_KEY
    api_secret_from: KB_SECRET
    plans: { bronze: { monthly: { product: Bronze, billing_period: MONTHLY } } }
    differences: adjust
"""


def test_stripe_can_bill(tmp_path: Path) -> None:
    gateways = chosen(BILLERS.replace("NAME", "card"), tmp_path, STRIPE_KEY="sk_test_1")
    found = gateways.of(step("issue_invoice"))
    assert isinstance(found, StripeAdapter)
    assert (found.name, found.account.settings.days_until_due) == ("card", 30)
    assert found.account.settings.price("bronze", "monthly") == "price_1"


def test_kill_bill_can_bill(tmp_path: Path) -> None:
    secrets = {"KB_PASSWORD": "pass", "KB_KEY": "key", "KB_SECRET": "secret"}
    found = chosen(BILLERS.replace("NAME", "kb"), tmp_path, **secrets).of(step("start_plan"))
    assert isinstance(found, KillBillAdapter)
    settings = found.killbill.settings
    assert (found.name, settings.password, settings.api_secret) == ("kb", "pass", "secret")
    assert settings.plan("bronze", "monthly") == KillBillPlan(product="Bronze", billing_period="MONTHLY")


def test_every_secret_that_is_missing_is_told_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        chosen(ALL, tmp_path, CRM_SECRET="c2hvcnQ=")  # noqa: S106  # too short to be one
    told = [(each.code, each.message, each.span.line) for each in refusal.value.diagnostics]
    assert told == [
        ("PS905", "the environment variable `WHM_TOKEN` is not set", 8),
        (
            "PS905",
            "the secret in `CRM_SECRET` cannot be used: it has 5 bytes, and 24 to 64 are asked for",
            14,
        ),
        ("PS905", "the environment variable `MAIL_PASSWORD` is not set", 19),
    ]


def test_what_nobody_chooses_needs_no_secret(tmp_path: Path) -> None:
    text = ALL.replace("notices: mail", "notices: ledger").replace(
        "modules: { panel: hosting, switchboard: crm }\n", ""
    )
    assert [each.name for each in chosen(text, tmp_path).adapters] == ["ledger"]


def test_a_file_with_mistakes_is_refused_with_all_of_them(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        chosen("adapters: 1\nnotices: mial\nwhm: { panel: { url: 5 } }\n", tmp_path)
    assert {each.code for each in refusal.value.diagnostics} == {"PS901", "PS102", "PS103"}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_settings(tmp_path / "adapters.yaml")
    assert [each.code for each in refusal.value.diagnostics] == ["PS001"]


def test_no_library_is_loaded_for_adapters_that_nobody_chooses() -> None:
    heavy = {"httpx", "standardwebhooks", "smtplib", "stripe"}
    asked = f"import sys, planshift.adapters.settings; print(*{heavy} & set(sys.modules))"
    assert run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == ""
