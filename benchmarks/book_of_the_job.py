"""The job as a book of policy, and its requests as subscriptions and requests of that book."""

from __future__ import annotations

from datetime import date, timedelta

from job import RESOURCES, Request

from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, RunningContract, Subscription
from planshift.book import Book, load_text

TODAY = date(2026, 6, 1)
NOON = 1_780_308_000
LEVELS = range(1, 7)

RULES = """
let tenure = customer.months_tenure
let jump = to.level - from.level >= 3 and not (customer.region = US and tenure >= 24 months)
let over = usage.use_seats > usage.lim_seats or usage.use_storage > usage.lim_storage
  or usage.use_projects > usage.lim_projects or usage.use_api > usage.lim_api

rule "The same plan at another price is no change of plan"
  when from = to
  deny "this is your plan"

rule "The largest plans are not sold in China"
  when customer.region = CN and to.level >= 5
  deny "not sold in your country"

rule "Another group needs the same module"
  when crossgrade and from.module != to.module
  deny "run by another module"

rule "No downgrade while over a limit"
  when downgrade and over
  deny "present use is over a limit"

rule "No downgrade inside a young contract"
  when downgrade and contract.days_left > 0 days and tenure < 12 months
  deny "your contract is still running"

rule "Downgrades wait for the period's end"
  when downgrade
  set timing = period_end

rule "A cheaper crossgrade waits as well"
  when crossgrade and to.price < from.price
  set timing = period_end

rule "Upgrade fee"
  when upgrade
  set fee = (if tenure < 3 months then 5 EUR else if tenure < 12 months then 2 EUR else 0 EUR)
    + (if jump then 10 EUR else 0 EUR)

rule "Downgrade fee"
  when downgrade
  set fee = if tenure < 3 months then 25 EUR else if tenure < 12 months then 15 EUR
    else if tenure < 24 months then 5 EUR else 0 EUR

rule "Crossgrade fee"
  when crossgrade
  set fee = if tenure < 6 months then 10 EUR else if tenure < 24 months then 3 EUR else 0 EUR
"""


def _plans() -> str:
    """Six levels of plans: `a` in the group, `x` in it on another module, `b` and `c` in another group."""
    text = "plans:\n"
    for kind, module in (("a", "m1"), ("x", "m2"), ("b", "m1"), ("c", "m2")):
        for level in LEVELS:
            text += f"  {kind}{level}: {{ title: {kind}{level}, module: {module}, prices: "
            text += '{ p: { every: 1 month, EUR: "10.00" } } }\n'
    return text


def _policy() -> str:
    counts = [f"{side}_{name}" for side in ("use", "lim") for name in RESOURCES]
    facts = "".join(f"      {name}: {{ type: integer, minimum: 0, default: 0 }}\n" for name in counts)
    first = "".join(f"      {kind}{level}: {{ level: {level} }}\n" for kind in "ax" for level in LEVELS)
    second = "".join(f"      {kind}{level}: {{ level: {level} }}\n" for kind in "bc" for level in LEVELS)
    others = ", ".join(f"{kind}{level}" for kind in "bc" for level in LEVELS)
    paths = "".join(f"  - {{ from: a{level}, crossgrades: [{others}] }}\n" for level in LEVELS)
    return f"""
policy_language: 1
book: job
currency: EUR
timezone: UTC
facts:
  customer:
    type: object
    required: [months_tenure, region]
    properties:
      months_tenure: {{ type: string, format: months }}
      region: {{ type: string, enum: [EU, US, APAC, LATAM, CN] }}
  usage:
    type: object
    properties:
{facts}
groups:
  first:
    members:
{first}
  second:
    members:
{second}
paths:
{paths}
terms:
  any: {{ requires: nothing_unpaid, proration: {{ leading: own_period }} }}
"""


def book() -> Book:
    """The job's book, compiled."""
    return load_text({"policy.yaml": _policy(), "catalog.yaml": _plans(), "policy.rules": RULES})


def inputs(compiled: Book, r: Request) -> tuple[Subscription, ChangeRequest]:
    """A request of the job as a subscription and a request of the book."""
    start = TODAY - timedelta(days=r["days_in_period"] - r["days_left"])
    regions = ("EU", "US", "APAC", "LATAM", "CN")
    usage = tuple((f"{side}_{name}", r[f"{side}_{name}"]) for side in ("use", "lim") for name in RESOURCES)  # type: ignore[literal-required]  # the keys of the type
    facts = (("months_tenure", r["months_tenure"]), ("region", regions.index(r["region"])))
    contract = None
    if r["contract_days_left"]:
        contract = RunningContract(starts_on=date(2020, 1, 1), ends_on=TODAY + timedelta(days=r["contract_days_left"]))
    subscription = Subscription(
        id="s",
        plan=f"a{r['from_level']}",
        price="p",
        currency="EUR",
        period=Period(start=start, end=start + timedelta(days=r["days_in_period"])),
        customer=Customer(id="c", facts=facts),
        amount=r["old_price"],
        unpaid_invoices=r["unpaid_invoices"],
        contract=contract,
        usage_facts=usage,
        bill_day=start.day,
    )
    kind = ("a" if r["same_module"] else "x") if r["same_group"] else ("b" if r["same_module"] else "c")
    request = ChangeRequest(at=NOON, plan=f"{kind}{r['to_level']}", price="p", amount=r["new_price"])
    return compiled.validated(subscription), request
