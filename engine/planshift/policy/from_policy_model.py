"""From the model of a policy to the policy: terms with their places, names checked against the catalog."""

from __future__ import annotations

from planshift.expressions.kept import Kept
from planshift.policy.document import (
    NO_LIMITS,
    ClientTerms,
    Group,
    ImpactLimits,
    Member,
    Path,
    PlanTerms,
    PolicyDocument,
)
from planshift.policy.from_carry_map import read_carry_map
from planshift.policy.from_path_models import read_paths
from planshift.policy.from_switch_models import read_switch
from planshift.policy.policy_model import (
    GroupModel,
    ImpactLimitsModel,
    MemberModel,
    PlanTermsModel,
    PolicyModel,
)
from planshift.policy.spoken_terms import Against, read_scopes

At = tuple[str | int, ...]


def read_policy(model: PolicyModel, against: Against, *, book: str, kept: Kept[Path] | None = None) -> PolicyDocument:
    """Return the policy; what is wrong with it is left in the placing. `book` names it where it has no name.

    `kept` are the paths that were read before.
    """
    switches = (read_switch(index, each, against=against) for index, each in enumerate(model.switches or ()))
    return PolicyDocument(
        book=model.book or book,
        title=model.title or model.book or book,
        currency=_currency(model, against),
        timezone=model.timezone,
        language=model.language,
        effective_from=model.effective_from,
        decimals=tuple(sorted((model.decimals or {}).items())),
        invoice_days_before=model.invoice_days_before,
        groups=tuple(_group(name, group, against=against) for name, group in (model.groups or {}).items()),
        paths=read_paths(model.paths or (), against, kept=kept or Kept()),
        require=model.require,
        terms=read_scopes(model.terms, against, at=("terms",)),
        clients=_clients(model, against),
        plans=tuple(_plan(name, plan, against=against) for name, plan in (model.plans or {}).items()),
        switches=tuple(switch for switch in switches if switch is not None),
        carry_map=read_carry_map(model.carry_map, against),
        impact_limits=_limits(model.impact_limits),
    )


def _limits(model: ImpactLimitsModel | None) -> ImpactLimits:
    if model is None:
        return NO_LIMITS
    return ImpactLimits(refused=model.refused, dearer=model.dearer, moved_per_year=model.moved_per_year)


def _currency(model: PolicyModel, against: Against) -> str:
    known = against.catalog.currencies
    if model.currency is None:
        if len(known) > 1 and not against.placing.was_cut("currency"):
            message = "`currency` is missing, and the catalog has several"
            help_text = f"write `currency: {known[0]}`"
            against.placing.report("PS102", message, path=(), help_text=help_text, on_key=True)
        return known[0] if known else ""
    if known and model.currency not in known:
        message = f"no price of the catalog is in {model.currency}"
        help_text = f"prices are in {', '.join(known)}"
        against.placing.report("PS207", message, path=("currency",), help_text=help_text)
    return model.currency


def _group(name: str, model: GroupModel, *, against: Against) -> Group:
    at: At = ("groups", name)
    members = {plan: member or MemberModel() for plan, member in model.members.items()}
    levels = any(member.level is not None for member in members.values())
    direction = model.direction or ("by_level" if levels else "by_list")
    needs_level = direction == "by_level"
    return Group(
        name=name,
        span=against.placing.key(*at),
        direction=direction,
        equal=model.equal or ("refuse" if needs_level else "crossgrade"),
        members=tuple(
            _member(plan, member, at=(*at, "members", plan), needs_level=needs_level, against=against)
            for plan, member in members.items()
        ),
        require=model.require,
        terms=read_scopes(model.terms, against, at=(*at, "terms")),
    )


def _member(plan: str, model: MemberModel, *, at: At, needs_level: bool, against: Against) -> Member:
    against.known_plan(plan, at=at, on_key=True)
    if needs_level and model.level is None and not against.placing.was_cut(*at, "level"):
        help_text = "give every member a level, or write `direction: by_list`"
        against.placing.report("PS208", f"`{plan}` has no level", path=at, help_text=help_text, on_key=True)
    return Member(
        plan=plan,
        span=against.placing.key(*at),
        level=model.level,
        leave_up=model.leave.up,
        leave_down=model.leave.down,
        arrive_up=model.arrive.up,
        arrive_down=model.arrive.down,
    )


def _clients(model: PolicyModel, against: Against) -> tuple[ClientTerms, ...]:
    found: list[ClientTerms] = []
    for index, entry in enumerate(model.for_ or ()):
        at: At = ("for", index)
        if (entry.client_group is None) == (entry.customer is None):
            message = "an entry is for one `client_group` or for one `customer`"
            against.placing.report("PS121", message, path=at, on_key=True)
            continue
        found.append(
            ClientTerms(
                span=against.placing.span(*at),
                terms=read_scopes(entry.terms, against, at=(*at, "terms")),
                client_group=entry.client_group,
                customer=entry.customer,
            )
        )
    return tuple(found)


def _plan(name: str, model: PlanTermsModel, *, against: Against) -> PlanTerms:
    at: At = ("plans", name)
    against.known_plan(name, at=at, on_key=True)
    return PlanTerms(
        plan=name,
        span=against.placing.key(*at),
        leaving=read_scopes(model.terms, against, at=(*at, "terms")),
        arriving=read_scopes(model.arriving, against, at=(*at, "arriving")),
    )
