"""Reading `adapters.yaml`, with every mistake in it placed: whoever is chosen has to be there and be able to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, final

from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.nearest import nearest
from planshift.policy.adapters_model import LEDGER, NOBODY, AdaptersModel
from planshift.policy.placing import Placing
from planshift.policy.step_kinds import ABOUT_INVOICES, NOTICE_STEPS, PACKAGE_STEPS
from planshift.policy.subscription_documents import read_document
from planshift.policy.validation import validate

ADAPTERS: Final = "adapters.yaml"
"""How the file is called where it stands in the folder of a book."""

Section = Literal["email", "file", "killbill", "stripe", "webhook", "whm"]
"""The kinds of adapters."""

Part = Literal["also", "billing", "kinds", "modules", "notices", "rest"]
"""What an adapter can be chosen for."""

DOES: Final[Mapping[Section, frozenset[Part]]] = {
    "email": frozenset({"also", "kinds", "notices"}),
    "file": frozenset({"also", "billing", "kinds", "modules", "notices", "rest"}),
    "killbill": frozenset({"billing"}),
    "stripe": frozenset({"billing"}),
    "webhook": frozenset({"also", "billing", "kinds", "modules", "notices", "rest"}),
    "whm": frozenset({"kinds", "modules"}),
}
"""What each kind of adapter can be chosen for; the ledger for everything."""

_ONLY: Final[Mapping[Section, frozenset[str]]] = {"email": NOTICE_STEPS, "whm": PACKAGE_STEPS}
"""The kinds of steps of those that do not do all of them."""

_WORDS: Final = (LEDGER, NOBODY)

_WORK: Final[Mapping[Part, str]] = {
    "also": "be told of orders without doing their steps",
    "billing": "bill",
    "kinds": "do single kinds of steps: it bills as a whole, or not at all",
    "modules": "tell a module of packages",
    "notices": "send notices",
    "rest": "do whatever is left",
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptersDocument:
    """What was read, with the tree that it was read from, which knows the place of everything."""

    model: AdaptersModel
    placing: Placing
    file: str


def read_adapters(
    text: str | bytes, *, file: str, modules: Iterable[str] | None = None
) -> tuple[AdaptersDocument | None, tuple[Diagnostic, ...]]:
    """Return what a text says, or None where it has errors, and everything that is wrong with it.

    `modules` are those of the catalog, where it is known.
    """
    root, problems = read_document(text, file=file)
    if root is None:
        return None, problems
    validated = validate(AdaptersModel, root, context={}, otherwise={"adapters": 1})
    if validated.model is None:
        return None, sort_diagnostics([*problems, *validated.problems])
    placing = Placing.of(validated)
    _check(validated.model, placing, modules=modules)
    found = sort_diagnostics([*problems, *validated.problems, *placing.all_problems()])
    document = AdaptersDocument(model=validated.model, placing=placing, file=file)
    return (None if has_errors(found) else document), found


def section_of(model: AdaptersModel, name: str) -> Section | None:
    """Return below which kind an adapter stands; None where there is none of that name."""
    return next((section for section in DOES if name in getattr(model, section)), None)


def _check(model: AdaptersModel, placing: Placing, *, modules: Iterable[str] | None) -> None:
    known = {name: section for section in reversed(tuple(DOES)) for name in getattr(model, section)}
    for section in DOES:
        for name in getattr(model, section):
            if name in _WORDS or known[name] != section:
                other = "a word of this file" if name in _WORDS else f"an adapter below `{known[name]}`"
                message = f"`{name}` is {other} already"
                placing.report("PS902", message, path=(section, name), help_text="call it otherwise", on_key=True)
    _chosen(model.billing, part="billing", placing=placing, known=known, path=("billing",))
    _chosen(model.notices, part="notices", placing=placing, known=known, path=("notices",))
    for module, name in model.modules.items():
        _chosen(name, part="modules", placing=placing, known=known, path=("modules", module))
    for name, events in model.also.items():
        if not events and not placing.was_cut("also", name):
            help_text = "write `[all]`, or what of: `[applied, failed]`"
            placing.report("PS105", f"`{name}` would be told of nothing", path=("also", name), help_text=help_text)
        _chosen(name, part="also", placing=placing, known=known, path=("also", name))
    for kind, name in model.kinds.items():
        _chosen(name, part="kinds", placing=placing, known=known, path=("kinds", kind), kind=kind)
    _check_kinds(model, placing)
    if model.rest not in (None, NOBODY):
        _chosen(model.rest or "", part="rest", placing=placing, known=known, path=("rest",))
    if model.rest is None and model.billing in known and not placing.was_cut("rest"):
        message = f"nobody is chosen for what `{model.billing}` does not do"
        help_text = "add `rest:` with `ledger`, a name from below, or `nobody` where nothing may be left"
        placing.report("PS906", message, path=("billing",), help_text=help_text)
    _check_modules(model, placing, modules=modules)


def _chosen(
    name: str, *, part: Part, placing: Placing, known: Mapping[str, Section], path: tuple[str, ...], kind: str = ""
) -> None:
    """Report a choice of somebody who is not there, or cannot do it."""
    if name == LEDGER and part != "also":
        return
    able = [
        *((LEDGER,) if part != "also" else ()),
        *(each for each, section in known.items() if _does(section, part, kind=kind) and each not in _WORDS),
    ]
    section = known.get(name)
    if name == LEDGER:
        placing.report("PS903", f"`{LEDGER}` cannot {_WORK[part]}", path=path, help_text=_offered(able), on_key=True)
    elif section is None:
        if any(placing.was_cut(each, name) for each in DOES):
            return
        near = nearest(name, [LEDGER, *known])
        help_text = f"did you mean `{near}`?" if near else _offered(able)
        message = f"there is no adapter `{name}`"
        placing.report("PS901", message, path=path, help_text=help_text, on_key=part == "also")
    elif not _does(section, part, kind=kind):
        work = f"do `{kind}`" if kind and part in DOES[section] else _WORK[part]
        message = f"`{name}` is an adapter of the kind `{section}`, which cannot {work}"
        placing.report("PS903", message, path=path, help_text=_offered(able), on_key=part == "also")


def _does(section: Section, part: Part, *, kind: str) -> bool:
    """Whether adapters of a section can be chosen for a part, and for a kind of step where it is about one."""
    return part in DOES[section] and (not kind or kind in _ONLY.get(section, (kind,)))


def _check_kinds(model: AdaptersModel, placing: Placing) -> None:
    """Report steps that two are chosen for, and steps about an invoice that somebody else has issued."""
    teller = model.kinds.get("send_notice")
    if teller is not None and "notices" in model.model_fields_set and model.notices != teller:
        message = f"`{teller}` is chosen for notices here, and `{model.notices}` by `notices`"
        help_text = "leave out one of the two"
        placing.report("PS910", message, path=("kinds", "send_notice"), help_text=help_text)
    biller = model.kinds.get("issue_invoice", model.billing)
    for kind in ABOUT_INVOICES:
        name = model.kinds.get(kind, model.billing)
        place = kind if kind in model.kinds else "issue_invoice"
        if name != biller and place in model.kinds and name in _billers(model):
            message = f"`{name}` does `{kind}` for an invoice that `{biller}` issues, and that it does not know"
            help_text = f"let `{biller}` do `{kind}`, too"
            placing.report("PS911", message, path=("kinds", place), help_text=help_text)


def _billers(model: AdaptersModel) -> frozenset[str]:
    """Those who ask for payments of their own invoices only; who is told of steps may do it for anybody's."""
    return frozenset({LEDGER, *model.stripe, *model.killbill})


def _check_modules(model: AdaptersModel, placing: Placing, *, modules: Iterable[str] | None) -> None:
    if modules is None:
        return
    sold = sorted(set(modules))
    for module in model.modules:
        if module not in sold:
            near = nearest(module, sold)
            help_text = f"did you mean `{near}`?" if near else f"plans have {_listed(sold)}" if sold else None
            message = f"no plan has the module `{module}`"
            path = ("modules", module)
            placing.report("PS907", message, path=path, help_text=help_text, on_key=True, severity="warning")


def _offered(names: list[str]) -> str:
    if not names:
        return "an endpoint, a folder or a mail server can; add one below `webhook`, `file` or `email`"
    return f"there {'are' if len(names) > 1 else 'is only'} {_listed(names)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
