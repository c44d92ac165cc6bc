"""Random subscriptions and requests that a book accepts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random  # noqa: TID251  # seeded, or driven by hypothesis: same seed, same people

from planshift.billing.catalog import Catalog, Plan, Price
from planshift.billing.change import ChangeRequest, Remedies
from planshift.billing.interval import Interval
from planshift.billing.period import Period
from planshift.billing.subscription import (
    Answer,
    Customer,
    Discount,
    FactValue,
    HeldAddon,
    HeldService,
    PendingChange,
    RunningContract,
    Subscription,
)
from tests.properties.books import CLIENT_GROUPS, COUPONS, CUSTOMERS, NAMED_DAYS
from tests.reference.days import midnight, step


def draw_subscription(chance: Random, catalog: Catalog, *, zone: str) -> Subscription:
    """A subscription to one of the catalog's prices, in a currency that it is sold in."""
    plan = chance.choice(catalog.plans)
    price = chance.choice(plan.prices)
    currency, listed = chance.choice(price.amounts)
    period = _period(chance, price.interval, zone=zone)
    quantity = chance.choice((1, 1, 1, 2, 7))
    agreed = chance.choice((None, None, None, chance.randint(0, listed + 1)))
    due = (listed if agreed is None else agreed) * quantity
    paid = chance.choice((None, None, None, 0, due, chance.randint(0, due)))
    debt = chance.choice((0, 0, 0, chance.randint(0, due - (paid or 0))))
    older_debt = chance.choice((0, 0, debt, chance.randint(0, debt)))
    given_back = chance.choice((0, 0, 0, chance.randint(0, due if paid is None else paid)))
    drawn = Subscription(
        id="s1",
        plan=plan.name,
        price=price.id,
        currency=currency,
        period=period,
        customer=_customer(chance, period.start),
        quantity=quantity,
        bill_day=chance.choice((0, 0, period.start.day, 31, chance.randint(1, 28))),
        status=chance.choice(("active", "active", "active", "suspended")),
        started_on=chance.choice((None, period.start - timedelta(days=chance.randint(0, 900)))),
        renewals=chance.choice((0, 0, 3, 12)),
        amount=agreed,
        paid=paid,
        given_back=given_back,
        debt=debt,
        older_debt=older_debt,
        waiting=chance.choice((0, 0, 0, chance.randint(1, 5000))),
        unpaid_invoices=chance.choice((0, 0, 0, 1)),
        account_credit=chance.choice((0, 0, 0, chance.randint(1, 5000))),
        discount=chance.choice((Discount(), Discount(), _coupon(chance))),
        trial_ends_on=chance.choice((None, None, None, _near(chance, period))),
        paid_through=chance.choice((None, None, _near(chance, period))),
        contract=_contract(chance, period, plan=plan),
        timezone="America/New_York" if chance.random() < 0.004 else None,
    )
    return _with_belongings(chance, drawn, catalog)


def _period(chance: Random, interval: Interval, *, zone: str) -> Period:
    """A whole interval, or some days; now and then its boundaries are not midnights."""
    start = date(2024, 1, 1) + timedelta(days=chance.choice((0, 30, 58, 59, 90, chance.randint(0, 1000))))
    end = step(start, interval, anchor=chance.choice((start.day, 31)))
    if end <= start or chance.random() < 0.15:
        end = start + timedelta(days=chance.choice((1, 7, 28, 31, 45, 365)))
    if chance.random() > 0.1:
        return Period(start=start, end=end)
    starts_at, ends_at = (midnight(day, zone) + chance.randint(0, 80_000) for day in (start, end))
    return Period(start=start, end=end, starts_at=starts_at, ends_at=max(ends_at, starts_at + 1))


def _near(chance: Random, period: Period) -> date:
    return period.start + timedelta(days=chance.randint(-10, period.days + 20))


def _customer(chance: Random, start: date) -> Customer:
    return Customer(
        id=chance.choice((*CUSTOMERS, "c3", "c4")),
        client_group=chance.choice((None, *CLIENT_GROUPS)),
        since=chance.choice((None, start - timedelta(days=chance.randint(0, 1500)))),
    )


def _coupon(chance: Random) -> Discount:
    ppm = chance.choice((0, 100_000, 333_333, 1_000_000))
    return Discount(ppm=ppm, amount=chance.choice((0, 0, 1, 250)), code=chance.choice((None, *COUPONS)))


def _contract(chance: Random, period: Period, *, plan: Plan) -> RunningContract | None:
    if chance.random() < 0.6:
        return None
    ends_on = period.end + timedelta(days=chance.randint(-40, 400))
    return RunningContract(
        starts_on=min(period.start, ends_on) - timedelta(days=30),
        ends_on=ends_on,
        penalty=chance.choice((0, 1500)),
        remainder=chance.random() < 0.5,
        plan=chance.choice((None, plan.name)),
        service=chance.choice((None, None, "hosting")),
    )


def _with_belongings(chance: Random, subscription: Subscription, catalog: Catalog) -> Subscription:
    """What a subscription holds and uses, and what happened to it before."""
    start = subscription.period.start
    answers = (
        Answer(service="hosting", question="domain", value="example.com"),
        Answer(service="mail", question="size", value="5"),
    )
    site = HeldService(id="site-1", title="A site", uses=(("disk_gb", chance.randint(1, 4)), ("sites", 1)))
    plan = chance.choice(catalog.plans)
    later = subscription.period.end + timedelta(days=chance.choice((0, 0, 0, 5)))
    pending = PendingChange(to_plan=plan.name, to_price=plan.prices[0].id, effective_on=later)
    if chance.random() < 0.1:
        pending = PendingChange(to_plan="", to_price="", effective_on=later)
    return replace(
        subscription,
        usage=chance.choice(((), (("disk_gb", chance.randint(0, 15)), ("sites", chance.randint(0, 8))))),
        addons=tuple(
            HeldAddon(name=name, quantity=chance.randint(1, 3))
            for name in ("extra-disk", "extra-site")
            if chance.random() < 0.25
        ),
        services=(site,) if chance.random() < 0.3 else (),
        answers=tuple(answer for answer in answers if chance.random() < 0.3),
        resources=chance.choice(
            ((), (("db", "mysql"),), (("db", "maria"), ("cache", "redis")), (("cache", "mysql"), ("db", "mysql")))
        ),
        settings=chance.choice(((), (), (("caller_id", "hidden"),), (("caller_id", "shown"), ("voicemail", "off")))),
        allowances=chance.choice(((), (("minutes", 7),), (("data_mb", 0), ("minutes", chance.randint(0, 300))))),
        pending=chance.choice((None, None, None, None, pending)),
        changes=tuple(sorted(start - timedelta(days=chance.randint(-20, 200)) for _ in range(chance.randint(0, 2)))),
    )


def draw_request(chance: Random, catalog: Catalog, *, subscription: Subscription, zone: str) -> ChangeRequest:
    """Mostly a change to another plan during the period; sometimes an end, a start or a renewal."""
    kind = chance.choice(("change",) * 15 + ("cancel", "cancel", "start", "renew"))
    if kind == "renew":
        return draw_renewal(chance, subscription, zone=zone)
    period = subscription.period
    earlier = [(change - period.start).days + 30 for change in subscription.changes]
    named = [(day - period.start).days for day in NAMED_DAYS if day in period]
    edges = (0, 0, period.days - 1, period.days, chance.choice((-3, period.days + 2)), *earlier, *named)
    days = chance.choice((*(chance.randint(0, period.days - 1) for _ in range(15)), *edges))
    day = period.start + timedelta(days=days)
    at = midnight(day, subscription.timezone or zone) + chance.choice((0, 3600, 36_000, chance.randint(0, 82_000)))
    plan, price = _target(chance, catalog, subscription=subscription) if kind != "cancel" else ("", "")
    wished = chance.choice((*(None,) * 6, period.end, day + timedelta(days=chance.randint(-5, 20))))
    return ChangeRequest(
        at=at,
        plan=plan,
        price=price,
        kind=kind,
        by=chance.choice(("customer", "customer", "staff", "system")),
        on=wished,
        until=chance.choice((None,) * 5 + (day + timedelta(days=chance.randint(1, 15)),)) if kind == "cancel" else None,
        quantity=chance.choice((None, None, 1, 2, 3)) if kind != "cancel" else None,
        bill_day=chance.choice((0,) * 9 + (31, 15)) if kind != "cancel" else 0,
        amount=chance.choice((None,) * 9 + (chance.randint(0, 9999),)) if kind != "cancel" else None,
        discount=chance.choice((None,) * 9 + (_coupon(chance),)) if kind != "cancel" else None,
        bill_one_time=chance.random() < 0.5,
        approvals=chance.choice(((), (), ("finance",), ("finance", "support"))),
        override=chance.random() < 0.2,
        remedies=_remedies(chance, catalog, subscription, plan),
        facts=_request_facts(chance),
    )


def _request_facts(chance: Random) -> tuple[tuple[str, FactValue], ...]:
    """Some of the facts that every book declares, in any order; words of a list by their position."""
    drawn: list[tuple[str, FactValue]] = [
        ("urgent", chance.random() < 0.5),
        ("channel", chance.randint(0, 1)),
        ("pieces", chance.randint(0, 5)),
    ]
    return tuple(chance.sample(drawn, chance.choice((0, 0, 1, 2, 3))))


def draw_renewal(chance: Random, subscription: Subscription, *, zone: str) -> ChangeRequest:
    """The renewal of a subscription, mostly about when it is due."""
    period = subscription.period
    days = chance.choice((-6, -5, -5, -1, 0, 0, 1, 40, -period.days, -period.days - 1))
    at = midnight(period.end + timedelta(days=days), subscription.timezone or zone) + chance.choice((0, 43_200))
    approvals = chance.choice(((), ("finance", "support")))
    return ChangeRequest(at=at, kind="renew", by="system", approvals=approvals)


def _target(chance: Random, catalog: Catalog, *, subscription: Subscription) -> tuple[str, str]:
    """Another plan as a rule, at the same price id where it has one; sometimes the same plan."""
    others = [plan for plan in catalog.plans if plan.name != subscription.plan]
    plan = chance.choice(others) if others and chance.random() < 0.85 else _plan_of(catalog, subscription)
    alike = [price for price in plan.prices if price.id == subscription.price]
    sold = [price for price in plan.prices if _is_sold(price, subscription.currency)]
    pool = alike if alike and chance.random() < 0.6 else (sold or list(plan.prices))
    price = chance.choice(pool)
    if (plan.name, price.id) == (subscription.plan, subscription.price) and len(sold) > 1:
        price = chance.choice([other for other in sold if other.id != subscription.price])
    return plan.name, price.id


def _plan_of(catalog: Catalog, subscription: Subscription) -> Plan:
    return next(plan for plan in catalog.plans if plan.name == subscription.plan)


def _is_sold(price: Price, currency: str) -> bool:
    return any(code == currency for code, _ in price.amounts)


def _remedies(chance: Random, catalog: Catalog, subscription: Subscription, plan: str) -> Remedies:
    """Add-ons that the target can hold, and services that run."""
    if chance.random() < 0.8:
        return Remedies()
    held = next((each.addons for each in catalog.plans if each.name == plan), ())
    return Remedies(
        add=tuple(HeldAddon(name=name, quantity=chance.randint(1, 4)) for name in held[:1]),
        end=tuple(service.id for service in subscription.services),
    )


def fresh(subscription: Subscription) -> Subscription:
    """What a plan starts beside: nothing was paid, agreed or promised."""
    return replace(
        subscription,
        amount=None,
        paid=None,
        given_back=0,
        debt=0,
        older_debt=0,
        waiting=0,
        contract=None,
        discount=Discount(),
        paid_through=None,
    )
