"""Adapters as `adapters.yaml` chooses them: from the document and the environment to the gateways of a worker.

An adapter's module is loaded when the file names one of its kind, so that nobody needs libraries for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, final

from planshift.actions.action import UNDONE_BY
from planshift.adapters.finding import Place, place_of
from planshift.book import Book
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.execution.gateways import Gateway, Gateways
from planshift.execution.news import NEWS, Listener, Listening
from planshift.execution.ports import Adapter, Resident, SubscriptionSource
from planshift.policy.adapter_documents import AdaptersDocument, Section, read_adapters, section_of
from planshift.policy.adapters_model import (
    LEDGER,
    NOBODY,
    AdaptersModel,
    EmailModel,
    FileModel,
    KillBillModel,
    StripeModel,
    WebhookModel,
    WhmModel,
)
from planshift.policy.placing import Placing
from planshift.policy.shelf import FolderShelf
from planshift.policy.step_kinds import NOTICE_STEPS, PACKAGE_STEPS

BILLING: Final = frozenset(UNDONE_BY) - PACKAGE_STEPS - NOTICE_STEPS
"""What a biller is asked to do, as far as it can: everything but packages and notices."""

Books = Callable[[str], Book | None]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What adapters are made with besides their settings.

    `environment` holds the secrets, `folder` is where paths begin, and `books` finds the version of a book by digest.
    """

    environment: Mapping[str, str]
    folder: Path
    books: Books


def read_settings(path: Path) -> AdaptersDocument:
    """The choice of adapters in a file.

    Raises:
        InvalidInput: with everything that is wrong with it.
    """
    text, problems = FolderShelf(path).text(path.name)
    document = None
    if text is not None:
        document, problems = read_adapters(text, file=path.as_posix())
    if document is None:
        raise InvalidInput(diagnostics=problems)
    return document


def adapters_of(document: AdaptersDocument, around: Surroundings) -> Mapping[str, Adapter]:
    """The adapters that a file chooses, by name: all but the ledger.

    Raises:
        InvalidInput: a secret that the file names is not in the environment, or is none.
    """
    making = _Making(document, around)
    made: dict[str, Adapter] = {}
    for name in _chosen(document.model):
        if name != LEDGER and name not in made:
            made[name] = making.adapter(name)
    if making.problems:
        raise InvalidInput(diagnostics=tuple(making.problems))
    return made


def gateways_of(
    document: AdaptersDocument, made: Mapping[str, Adapter], *, ledger: Resident, source: SubscriptionSource
) -> Gateways:
    """The gateways that a file chooses, of its adapters and the ledger at hand."""
    return Gateways(_gateways(document.model, {**made, LEDGER: ledger}), source=source)


def listeners_of(document: AdaptersDocument, made: Mapping[str, Adapter]) -> tuple[Listening, ...]:
    """Who is told what becomes of orders besides, of the adapters of a file."""
    found: list[Listening] = []
    for name, events in document.model.also.items():
        listener = made[name]
        assert isinstance(listener, Listener)  # the document was checked
        wanted = frozenset(NEWS) if "all" in events else frozenset(each for each in events if each != "all")
        found.append(Listening(listener=listener, events=wanted))
    return tuple(found)


def _chosen(model: AdaptersModel) -> Iterator[str]:
    """The names of the adapters that have something to do."""
    yield from model.modules.values()
    yield from (*model.kinds.values(), *model.also)
    yield from (model.notices, model.billing)
    if model.rest is not None and model.rest != NOBODY:
        yield model.rest


def _gateways(model: AdaptersModel, made: Mapping[str, Adapter | Resident]) -> Iterator[Gateway]:
    """Who does what: the first that an action is for carries it out."""
    by_adapter: dict[str, set[str]] = {}
    for module, name in model.modules.items():
        by_adapter.setdefault(name, set()).add(module)
    for name, modules in by_adapter.items():
        yield Gateway(adapter=made[name], kinds=PACKAGE_STEPS, modules=frozenset(modules))
    for kind, name in model.kinds.items():
        yield Gateway(adapter=made[name], kinds=frozenset({kind}))
    yield Gateway(adapter=made[model.notices], kinds=NOTICE_STEPS)
    yield Gateway(adapter=made[model.billing], kinds=BILLING)
    rest = model.rest or LEDGER
    if rest != NOBODY:
        yield Gateway(adapter=made[rest])


@final
class _Making:
    """Makes adapters, and gathers what is wrong with their secrets, so that all of it is told at once."""

    def __init__(self, document: AdaptersDocument, around: Surroundings) -> None:
        self._model = document.model
        self._placing: Placing = document.placing
        self._around = around
        self.problems: list[Diagnostic] = []

    def adapter(self, name: str) -> Adapter:
        """The adapter of a name."""
        section = section_of(self._model, name)
        match section:
            case "email":
                return self._email(name, self._model.email[name])
            case "file":
                return self._file(name, self._model.file[name])
            case "killbill":
                return self._killbill(name, self._model.killbill[name])
            case "stripe":
                return self._stripe(name, self._model.stripe[name])
            case "webhook":
                return self._webhook(name, self._model.webhook[name])
            case "whm":
                return self._whm(name, self._model.whm[name])
        raise AssertionError(name)  # the document was checked

    def _email(self, name: str, model: EmailModel) -> Adapter:
        from planshift.adapters.email.adapter import EmailAdapter  # noqa: PLC0415  # as the docstring says
        from planshift.adapters.email.server import MailServer  # noqa: PLC0415  # as above
        from planshift.adapters.email.writing import MailTemplate  # noqa: PLC0415  # as above

        password = self._optional("email", name, "password_from")
        server = MailServer(
            host=model.host,
            port=model.port,
            security=model.security,
            user=model.user,
            password=password,
            timeout=model.timeout,
            ca=self._path(model.ca),
        )
        return EmailAdapter(
            name=name,
            server=server,
            sender=model.sender,
            client=_place(model.client),
            locale=None if model.locale is None else _place(model.locale),
            staff=model.staff,
            bcc=model.bcc,
            lists=model.lists,
            templates={key: MailTemplate(subject=t.subject, text=t.text) for key, t in model.templates.items()},
            books=self._around.books,
        )

    def _file(self, name: str, model: FileModel) -> Adapter:
        from planshift.adapters.file import FileAdapter  # noqa: PLC0415  # as above

        return FileAdapter(name=name, folder=self._around.folder.joinpath(model.folder))

    def _killbill(self, name: str, model: KillBillModel) -> Adapter:
        from planshift.adapters.killbill.adapter import open_killbill  # noqa: PLC0415  # as above
        from planshift.adapters.killbill.settings import KillBillPlan, KillBillSettings  # noqa: PLC0415  # as above
        from planshift.adapters.over_http import Line  # noqa: PLC0415  # as above

        settings = KillBillSettings(
            url=model.url,
            user=model.user,
            password=self._secret("killbill", name, "password_from"),
            api_key=self._secret("killbill", name, "api_key_from"),
            api_secret=self._secret("killbill", name, "api_secret_from"),
            plans={
                plan: {price: KillBillPlan(**each.model_dump()) for price, each in prices.items()}
                for plan, prices in model.plans.items()
            },
            differences=model.differences,
            created_by=model.created_by,
            push_secret=self._optional("killbill", name, "push_secret_from"),
            line=Line(timeout=model.timeout, ca=self._path(model.ca)),
        )
        return replace(open_killbill(settings), name=name)

    def _stripe(self, name: str, model: StripeModel) -> Adapter:
        from planshift.adapters.stripe.adapter import open_stripe  # noqa: PLC0415  # as above
        from planshift.adapters.stripe.settings import StripeSettings  # noqa: PLC0415  # as above

        settings = StripeSettings(
            prices=model.prices,
            addons=model.addons,
            coupons=model.coupons,
            tax_codes=model.tax_codes,
            timezone=model.timezone,
            collection=model.collection,
            days_until_due=model.days_until_due,
            automatic_tax=model.automatic_tax,
            account_credit=model.account_credit,
            compare=model.compare,
            timeout=model.timeout,
            webhook_secret=self._optional("stripe", name, "webhook_secret_from"),
        )
        return replace(open_stripe(settings, key=self._secret("stripe", name, "key_from")), name=name)

    def _webhook(self, name: str, model: WebhookModel) -> Adapter:
        from planshift.adapters.over_http import Line  # noqa: PLC0415  # as above
        from planshift.adapters.webhook.adapter import WebhookAdapter  # noqa: PLC0415  # as above
        from planshift.adapters.webhook.signing import flaw_of  # noqa: PLC0415  # as above

        secrets = self._secret("webhook", name, "secret_from").split()
        for flaw in filter(None, map(flaw_of, secrets)):
            self._report("webhook", name, "secret_from", f"the secret in `{model.secret_from}` cannot be used: {flaw}")
        return WebhookAdapter(
            name=name,
            url=model.url,
            ask_url=model.ask_url,
            secrets=secrets,
            line=Line(timeout=model.timeout, ca=self._path(model.ca)),
        )

    def _whm(self, name: str, model: WhmModel) -> Adapter:
        from planshift.adapters.over_http import Line  # noqa: PLC0415  # as above
        from planshift.adapters.whm import WhmAdapter  # noqa: PLC0415  # as above

        return WhmAdapter(
            name=name,
            url=model.url,
            user=model.user,
            token=self._secret("whm", name, "token_from"),
            account=_place(model.account),
            domain=None if model.domain is None else _place(model.domain),
            packages=model.packages,
            line=Line(timeout=model.timeout, ca=self._path(model.ca)),
        )

    def _path(self, name: str | None) -> Path | None:
        return None if name is None else self._around.folder.joinpath(name)

    def _optional(self, section: Section, name: str, field: str) -> str:
        """The secret in the variable that a field names; empty where it names none."""
        named = getattr(getattr(self._model, section)[name], field)
        return "" if named is None else self._secret(section, name, field)

    def _secret(self, section: Section, name: str, field: str) -> str:
        """The secret in the variable that a field names; empty where there is none, which is told."""
        variable = str(getattr(getattr(self._model, section)[name], field))
        found = self._around.environment.get(variable, "").strip()
        if not found:
            self._report(section, name, field, f"the environment variable `{variable}` is not set")
        return found

    def _report(self, section: Section, name: str, field: str, message: str) -> None:
        self._placing.report("PS905", message, path=(section, name, field))
        self.problems.append(self._placing.problems[-1])


def _place(text: str) -> Place:
    found = place_of(text)
    assert found is not None  # the model has checked how it is written
    return found
