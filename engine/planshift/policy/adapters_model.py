"""The model of `adapters.yaml`: which adapter carries out what, and what each has to know.

No secret stands in it: where one is needed, the environment variable that holds it is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, PlainValidator, StrictBool, StrictInt, WithJsonSchema

from planshift.diagnostics.nearest import nearest
from planshift.policy.fields import Name, PriceId, Text, Zone
from planshift.policy.message_keys import HoleKind
from planshift.policy.message_text import Template, check_template, parse_template
from planshift.policy.mistakes import Mistakes, describe, shown, wrong
from planshift.policy.models import Document
from planshift.policy.step_kinds import STEP_KINDS

MAIL_HOLES: Final[Mapping[str, HoleKind]] = {
    "title": "text",
    "answer": "text",
    "text": "text",
    "order": "text",
    "subscription": "text",
    "customer": "text",
    "on": "date",
}
"""What a template of mails may speak of: what was asked for, whether and from when, and the mail as it is else."""

LEDGER: Final = "ledger"
"""What the embedded ledger is called where an adapter is chosen."""

NOBODY: Final = "nobody"
"""What is said where nobody is to do the rest."""

_HERE = r"(?:127\.0\.0\.1|localhost|\[::1\])"
_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:.]+\])"
_SLASHES = "[/]{2}"
_REST = r"(?::[0-9]{1,5})?(?:/[^\s#@]*)?"
_ADDRESS = re.compile(rf"(?:https:{_SLASHES}{_HOST}|http:{_SLASHES}{_HERE}){_REST}")
_VARIABLE = re.compile(r"(?!whsec_|sk_live_|sk_test_)[A-Za-z_][A-Za-z0-9_]*")
_PLACE = re.compile(r"answer [a-z0-9_-]+\.[a-z0-9_-]+|(?:resource|setting|fact) [A-Za-z0-9_.-]+")
_MAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]{1,64}@[^\s@,;:<>()\[\]\\\"]{1,255}")
_TEMPLATE_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:[-.][a-z0-9_]+)*")
_SENDER = re.compile(rf"(?:[^<>@\r\n]+ <{_MAIL.pattern}>|{_MAIL.pattern})")


def _read_address(value: str) -> str:
    if _ADDRESS.fullmatch(value):
        return value
    if value.startswith("http://"):
        help_text = "write `https://`; without it anybody on the way can read along"
        raise wrong("PS904", f"{shown(value)} is not encrypted", help_text=help_text)
    raise wrong("PS904", f"{shown(value)} is not an address", help_text="write it as `https://example.com/path`")


def _read_variable(value: str) -> str:
    if _VARIABLE.fullmatch(value):
        return value
    help_text = "put the secret into an environment variable, and name that here, such as `WHM_TOKEN`"
    raise wrong("PS908", "this is not the name of an environment variable", help_text=help_text)


def _read_place(value: str) -> str:
    if _PLACE.fullmatch(value):
        return value
    help_text = "write `fact NAME`, `answer SERVICE.QUESTION`, `resource NAME` or `setting NAME`"
    raise wrong("PS103", f"{shown(value)} is no place in a subscription", help_text=help_text)


def _read_mail(value: str) -> str:
    if _MAIL.fullmatch(value):
        return value
    raise wrong("PS103", f"{shown(value)} is not a mail address", help_text="write it as `anna@example.com`")


def _read_step_kind(value: str) -> str:
    if value in STEP_KINDS:
        return value
    near = nearest(value, STEP_KINDS)
    help_text = f"did you mean `{near}`?" if near else "the reference of actions lists them, such as `move_settings`"
    raise wrong("PS909", f"there is no kind of step {shown(value)}", help_text=help_text)


def _read_sender(value: str) -> str:
    if _SENDER.fullmatch(value):
        return value
    help_text = "write it as `billing@example.com` or `Example Hosting <billing@example.com>`"
    raise wrong("PS103", f"{shown(value)} is not a sender", help_text=help_text)


def _read_template_name(value: str) -> str:
    if _TEMPLATE_NAME.fullmatch(value):
        return value
    help_text = "a template is called as the policy calls it, or as the event that it is about: `payment.failed`"
    raise wrong("PS106", f"{shown(value)} is not a name", help_text=help_text)


def _read_template(value: object) -> Template:
    if not isinstance(value, str) or not value.strip():
        raise wrong("PS103", f"expected a text, found {describe(value)}")
    template = parse_template(value)
    found = [mistake for each in check_template(template, MAIL_HOLES, forms=()) for mistake in each.mistakes]
    if found:
        raise Mistakes(*found)
    return template


def _written(pattern: re.Pattern[str], *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern.pattern})$", "examples": list(examples)})


Url = Annotated[str, AfterValidator(_read_address), _written(_ADDRESS, "https://example.com:2087")]
Variable = Annotated[str, AfterValidator(_read_variable), _written(_VARIABLE, "WHM_TOKEN")]
InSubscription = Annotated[str, AfterValidator(_read_place), _written(_PLACE, "fact email", "answer hosting.username")]
StepKind = Annotated[str, AfterValidator(_read_step_kind), WithJsonSchema({"type": "string", "enum": list(STEP_KINDS)})]
Mail = Annotated[str, AfterValidator(_read_mail), _written(_MAIL, "billing@example.com")]
Sender = Annotated[str, AfterValidator(_read_sender), _written(_SENDER, "Example Hosting <billing@example.com>")]
TemplateName = Annotated[str, AfterValidator(_read_template_name), _written(_TEMPLATE_NAME, "moved", "payment.failed")]
MailText = Annotated[
    Template, PlainValidator(_read_template), WithJsonSchema({"type": "string", "pattern": r"\S", "maxLength": 20_000})
]
OrderNews = Literal["all", "placed", "scheduled", "awaiting_payment", "applied", "cancelled", "failed", "stuck"]
Seconds = Annotated[StrictInt, Field(ge=1, le=600)]
Port = Annotated[StrictInt, Field(ge=1, le=65_535)]
NotEmpty = Annotated[Text, Field(min_length=1)]


class KillBillPlanModel(Document):
    """A plan as Kill Bill's catalog has it."""

    product: NotEmpty
    """The product."""

    billing_period: NotEmpty
    """The billing period, such as `MONTHLY`."""

    price_list: NotEmpty = "DEFAULT"
    """The price list."""

    category: NotEmpty = "BASE"
    """The category of the product."""


class KillBillModel(Document):
    """A tenant of a Kill Bill server that bills."""

    url: Url
    """The server, without `/1.0/kb`."""

    user: NotEmpty
    """Whom the server knows."""

    password_from: Variable
    """The environment variable with the password."""

    api_key_from: Variable
    """The environment variable with the key of the tenant."""

    api_secret_from: Variable
    """The environment variable with the secret of the tenant."""

    plans: dict[Name, dict[PriceId, KillBillPlanModel]]
    """For each plan and price of the book, what it is in Kill Bill's catalog."""

    push_secret_from: Variable | None = None
    """The environment variable with the secret in the address that push notifications are sent to."""

    differences: Literal["refuse", "adjust"] = "refuse"
    """What is done where Kill Bill would bill another amount than was decided."""

    created_by: NotEmpty = "planshift"
    """Who makes the calls, as Kill Bill notes it."""

    timeout: Seconds = 30
    """The seconds that a call may take."""

    ca: NotEmpty | None = None
    """A file of certificates to trust in place of those of the machine."""


class StripeModel(Document):
    """A Stripe account that bills."""

    key_from: Variable
    """The environment variable with the secret key."""

    prices: dict[Name, dict[PriceId, NotEmpty]]
    """For each plan and price of the book, the id of the Stripe price."""

    addons: dict[Name, dict[PriceId, NotEmpty]] = Field(default_factory=dict)
    """For each add-on, and each price of the plans that hold it, the id of the Stripe price of one."""

    webhook_secret_from: Variable | None = None
    """The environment variable with the secret of the endpoint that webhooks are sent to."""

    coupons: dict[NotEmpty, NotEmpty] = Field(default_factory=dict)
    """For each coupon code, the id of the Stripe coupon."""

    tax_codes: dict[Name, NotEmpty] = Field(default_factory=dict)
    """For each service that lines are taxed as, the Stripe tax code."""

    timezone: Zone = "UTC"
    """Where days begin, for subscriptions that do not say it themselves."""

    collection: Literal["charge_automatically", "send_invoice"] = "charge_automatically"
    """Whether stored means of payment are charged, or invoices sent."""

    days_until_due: Annotated[StrictInt, Field(ge=0, le=365)] = 14
    """How many days a customer has to pay an invoice that is sent."""

    automatic_tax: StrictBool = False
    """Whether Stripe adds taxes to invoices."""

    account_credit: Literal["as_decided", "as_stripe_does"] = "as_decided"
    """Whether a bill is refused where Stripe would use more or less account credit than was decided."""

    compare: StrictBool = True
    """Whether Stripe's own preview is compared before anything is left to its renewal."""

    timeout: Seconds = 30
    """The seconds that a call may take."""


class WebhookModel(Document):
    """An endpoint that does steps which it is told of by signed messages (Standard Webhooks)."""

    url: Url
    """Where it is told."""

    secret_from: Variable
    """The environment variable with the secret that signs messages; with two of them while one replaces the other."""

    ask_url: Url | None = None
    """Where it tells what became of a message; without it the message is sent again."""

    timeout: Seconds = 10
    """The seconds that it has for an answer."""

    ca: NotEmpty | None = None
    """A file of certificates to trust in place of those of the machine."""


class FileModel(Document):
    """A folder that steps are written into, for a system that reads files."""

    folder: NotEmpty
    """The folder; beside this file, unless it begins with `/`."""


class WhmModel(Document):
    """A cPanel server whose accounts change packages."""

    url: Url
    """The server with its port, 2087 as a rule."""

    user: NotEmpty = "root"
    """The WHM user whom the token belongs to."""

    token_from: Variable
    """The environment variable with the API token."""

    account: InSubscription
    """Where a subscription holds the name of its cPanel account."""

    domain: InSubscription | None = None
    """Where it holds the domain that an account is made for; without it none is made."""

    packages: dict[Name, NotEmpty] = Field(default_factory=dict)
    """The WHM package of a plan, where it is called otherwise."""

    timeout: Seconds = 60
    """The seconds that it has for an answer."""

    ca: NotEmpty | None = None
    """A file of certificates to trust in place of those of the machine."""


class MailTemplateModel(Document):
    """How mails are worded that a policy asks for by name."""

    subject: MailText
    """The subject, with holes such as `{title}`."""

    text: MailText
    """The text, with holes; `{text}` is the whole mail as it is else."""


class EmailModel(Document):
    """A mail server that notices go out by."""

    host: NotEmpty
    """Its name."""

    port: Port = 587
    """Its port."""

    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the way to it is encrypted; `none` is for a server on this machine."""

    user: Text = ""
    """The user to log in as; without one there is no log-in."""

    password_from: Variable | None = None
    """The environment variable with the password."""

    sender: Sender
    """Whom mails come from."""

    client: InSubscription = "fact email"
    """Where a subscription holds the address of the customer."""

    locale: InSubscription | None = None
    """Where it holds the language of the customer; without it the book's own is used."""

    staff: tuple[Mail, ...] = ()
    """Who gets what is for staff."""

    bcc: tuple[Mail, ...] = ()
    """Who gets a blind copy of everything."""

    lists: dict[Name, tuple[Mail, ...]] = Field(default_factory=dict)
    """Lists of addresses that policies name behind `bcc`."""

    templates: dict[TemplateName, MailTemplateModel] = Field(default_factory=dict)
    """How mails are worded that policies ask for by name, or that tell of an event: `payment.failed`."""

    timeout: Seconds = 20
    """The seconds that it has for each answer."""

    ca: NotEmpty | None = None
    """A file of certificates to trust in place of those of the machine."""


class AdaptersModel(Document):
    """Which adapter carries out what. Adapters stand below their kind, each under a name of its own."""

    adapters: Literal[1]
    """The version of this format."""

    billing: Name = LEDGER
    """Who bills, and keeps plans and contracts: `ledger`, or a name from below."""

    modules: dict[Name, Name] = Field(default_factory=dict)
    """Who tells a module of packages, by the name of the module in the catalog."""

    kinds: dict[StepKind, Name] = Field(default_factory=dict)
    """Who does single kinds of steps, by their names: `move_settings`. What `modules` names goes before it."""

    notices: Name = LEDGER
    """Who tells customers and staff; the ledger keeps notices in its outbox."""

    also: dict[Name, tuple[OrderNews, ...]] = Field(default_factory=dict)
    """Who is told what becomes of orders besides, and of what: `[applied, failed]`, or `[all]`."""

    rest: Name | None = None
    """Who does what is left; `nobody` where there must not be anything left."""

    email: dict[Name, EmailModel] = Field(default_factory=dict)
    """Mail servers."""

    file: dict[Name, FileModel] = Field(default_factory=dict)
    """Folders of files."""

    killbill: dict[Name, KillBillModel] = Field(default_factory=dict)
    """Tenants of Kill Bill servers."""

    stripe: dict[Name, StripeModel] = Field(default_factory=dict)
    """Stripe accounts."""

    webhook: dict[Name, WebhookModel] = Field(default_factory=dict)
    """Endpoints that are told by messages."""

    whm: dict[Name, WhmModel] = Field(default_factory=dict)
    """cPanel servers."""
