"""Reading `adapters.yaml`, with every mistake in it placed: whoever is chosen has to be there and be able to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, final

from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.nearest import nearest
from planshift.policy.adapters_model import LEDGER, NOBODY, AdaptersModel
from planshift.policy.placing import Placing
from planshift.policy.subscription_documents import read_document
from planshift.policy.validation import validate

ADAPTERS: Final = "adapters.yaml"
"""How the file is called where it stands in the folder of a book."""

Section = Literal["email", "file", "killbill", "stripe", "webhook", "whm"]
"""The kinds of adapters."""

Part = Literal["billing", "modules", "notices", "rest"]
"""What an adapter can be chosen for."""

DOES: Final[Mapping[Section, frozenset[Part]]] = {
    "email": frozenset({"notices"}),
    "file": frozenset({"billing", "modules", "notices", "rest"}),
    "killbill": frozenset({"billing"}),
    "stripe": frozenset({"billing"}),
    "webhook": frozenset({"billing", "modules", "notices", "rest"}),
    "whm": frozenset({"modules"}),
}
"""What each kind of adapter can be chosen for; the ledger for everything."""

_WORDS: Final = (LEDGER, NOBODY)

_WORK: Final[Mapping[Part, str]] = {
    "billing": "bill",
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
    if model.rest not in (None, NOBODY):
        _chosen(model.rest or "", part="rest", placing=placing, known=known, path=("rest",))
    if model.rest is None and model.billing in known and not placing.was_cut("rest"):
        message = f"nobody is chosen for what `{model.billing}` does not do"
        help_text = "add `rest:` with `ledger`, a name from below, or `nobody` where nothing may be left"
        placing.report("PS906", message, path=("billing",), help_text=help_text)
    _check_modules(model, placing, modules=modules)


def _chosen(name: str, *, part: Part, placing: Placing, known: Mapping[str, Section], path: tuple[str, ...]) -> None:
    """Report a choice of somebody who is not there, or cannot do it."""
    if name == LEDGER:
        return
    able = [LEDGER, *(each for each, section in known.items() if part in DOES[section] and each not in _WORDS)]
    section = known.get(name)
    if section is None:
        if any(placing.was_cut(each, name) for each in DOES):
            return
        near = nearest(name, [LEDGER, *known])
        help_text = f"did you mean `{near}`?" if near else _offered(able)
        placing.report("PS901", f"there is no adapter `{name}`", path=path, help_text=help_text)
    elif part not in DOES[section]:
        message = f"`{name}` is an adapter of the kind `{section}`, which cannot {_WORK[part]}"
        placing.report("PS903", message, path=path, help_text=_offered(able))


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
    return f"there {'are' if len(names) > 1 else 'is only'} {_listed(names)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
