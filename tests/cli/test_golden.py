"""What every command prints, as one sees it: `pytest tests/cli --record` rewrites the files, for review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import CASES, FIGURES, POLICY

GOLDEN = Path(__file__).with_name("golden")
AT = "--at 2026-03-11T10:00"

SEEN = {
    "init": "planshift init magazine",
    "init-one-plan": "planshift init 'my shop/book' --plans basic --trial '14 days' --format json",
    "init-in-the-way": "planshift init shop",
    "init-wrong": "planshift init fresh --preset strip --plans a,A --prices 1,2,3 --currency eur --trial 3",
    "init-wrong-count": "planshift init fresh --plans basic,plus --prices 1,99,5",
    "check-clean": "planshift check shop",
    "check-clean-json": "planshift check shop --format json",
    "check-clean-sarif": "planshift check shop --format sarif",
    "check-clean-github": "planshift check shop --format github",
    "check-clean-junit": "planshift check shop --format junit",
    "check-nothing-there": "planshift check nowhere",
    "options": f"planshift options shop anna {AT}",
    "options-hidden": f"planshift options shop bo {AT} --hidden",
    "options-only-plans": f"planshift options shop carla --only plans {AT}",
    "options-only-terms": f"planshift options shop anna --only terms --hidden {AT}",
    "options-no-road": f"planshift options shop ivan --only plans {AT}",
    "options-none": f"planshift options shop carla {AT}",
    "decide-upgrade": f"planshift decide shop anna --to silver {AT}",
    "decide-big-jump": f"planshift decide shop anna --to gold {AT}",
    "decide-loyal": f"planshift decide shop bo --to gold {AT}",
    "decide-more-of-the-same": f"planshift decide shop bo --quantity 5 {AT}",
    "decide-no-road": f"planshift decide shop ivan --to silver --price monthly {AT}",
    "decide-commitment": f"planshift decide shop carla --to silver {AT}",
    "decide-needs-remedy": f"planshift decide shop bo --to bronze {AT}",
    "decide-remedy": f"planshift decide shop bo --to bronze --end blog shop --add extra-disk {AT}",
    "decide-needs-approval": f"planshift decide shop anna --to bronze --price yearly {AT}",
    "decide-approved": f"planshift decide shop anna --to bronze --price yearly --approve finance {AT}",
    "decide-override": f"planshift decide shop carla --to silver --by staff --override --reason 'promised' {AT}",
    "decide-cancel": f"planshift decide shop anna --kind cancel {AT}",
    "decide-actions": f"planshift decide shop anna --to silver {AT} --plan-of-actions",
    "graph": "planshift graph shop",
    "graph-mermaid": "planshift graph shop --format mermaid",
    "graph-dot": "planshift graph shop --format dot",
    "renew": "planshift renew shop anna --dry-run --at 2026-04-01 --plan-of-actions",
    "renew-not-due": "planshift renew shop anna --dry-run --at 2026-03-11",
    "renew-why-not": "planshift renew shop anna --dry-run --at 2026-03-11 --why-not",
    "renew-why-not-json": "planshift renew shop anna --dry-run --at 2026-03-11 --why-not --format json",
    "renew-told": "planshift renew shop anna --dry-run --at 2026-04-01 --locale de",
    "renew-why-not-for-good": "planshift renew shop anna --at 2026-03-11 --why-not",
    "renew-why-not-until": "planshift renew shop anna --dry-run --until 2026-07-31 --why-not",
    "renew-everybody-told": "planshift renew shop --dry-run --locale de",
    "renew-until": "planshift renew shop anna --dry-run --at 2026-03-12 --until 2026-07-31",
    "renew-wrong-day": "planshift renew shop anna --dry-run --at noon",
    "decide-json": f"planshift decide shop anna --to gold {AT} --format json",
    "explain": f"planshift explain shop anna --to gold {AT}",
    "explain-refusal": f"planshift explain shop carla --to silver {AT}",
    "explain-rules": f"planshift explain shop carla --to silver --rules {AT}",
    "explain-rule-json": f"planshift explain shop anna --to gold --rule jump --format json {AT}",
    "explain-rule-wrong": f"planshift explain shop anna --to gold --rule jmup {AT}",
    "why-not": f"planshift explain shop carla --to silver {AT} --why-not",
    "why-not-no-road": f"planshift explain shop ivan --to silver --price monthly {AT} --why-not",
    "why-not-several": f"planshift explain shop bo --to bronze --price yearly {AT} --why-not",
    "why-not-allowed": f"planshift explain shop anna --to gold {AT} --why-not",
    "why-not-plans": f"planshift explain shop carla {AT} --why-not",
    "why-not-json": f"planshift explain shop carla --to silver {AT} --why-not --format json",
    "why-not-markdown": f"planshift explain shop carla --to silver {AT} --why-not --format markdown",
    "explain-code": "planshift explain PS104",
    "explain-code-json": "planshift explain ps104 --format json",
    "wrong-code": "planshift explain PS999",
    "wrong-book-alone": "planshift explain shop",
    "wrong-command": "planshift decid shop anna",
    "wrong-nothing-named": "planshift check",
    "wrong-choice": "planshift decide shop anna --to gold --by nobody",
    "wrong-plan": f"planshift decide shop anna --to gould --approve finance {AT}",
    "wrong-nothing-asked": f"planshift decide shop anna {AT}",
    "wrong-price": f"planshift decide shop anna --to dns {AT}",
    "wrong-instant": "planshift decide shop anna --to gold --at noon",
    "wrong-options-instant": "planshift options shop anna --at noon",
    "wrong-day": f"planshift decide shop anna --to gold --on 2026-02-30 {AT}",
    "wrong-addon": f"planshift decide shop bo --to bronze --add extra-disc=x {AT}",
    "wrong-override": f"planshift decide shop carla --to silver --override --by staff {AT}",
    "wrong-subscription": f"planshift decide shop ana --to gold {AT}",
    "wrong-subscription-file": f"planshift decide shop broken.yaml --to gold {AT}",
    "wrong-json": f"planshift decide shop ana --to gold {AT} --format json",
}


@pytest.mark.parametrize("name", SEEN)
def test_what_a_command_shows(name: str, session: Callable[[str], str], golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"{name}.txt", session(SEEN[name]))


def test_a_book_with_mistakes(shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]) -> None:
    text = POLICY.replace("timing: now", "timing: soon").replace("silver: {", "sliver: {").replace("15 EUR", "15")
    shop.joinpath("policy.yaml").write_text(text, encoding="utf-8")
    golden(GOLDEN / "check-mistakes.txt", session("planshift check shop"))
    golden(GOLDEN / "check-mistakes-json.txt", session("planshift check shop --format json"))
    for form in ("sarif", "github", "junit"):
        golden(GOLDEN / f"check-mistakes-{form}.txt", session(f"planshift check shop --format {form}"))
    golden(GOLDEN / "test-mistakes-github.txt", session("planshift test shop --format github"))
    golden(GOLDEN / "decide-mistakes.txt", session(f"planshift decide shop anna --to gold {AT}"))


def test_quotes(shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]) -> None:
    ask = f"planshift decide shop {{}} --to silver {AT} --plan --format json"
    for name, who in (("anna", "anna"), ("refused", "carla")):
        shop.with_name(f"{name}.json").write_text(_printed(session(ask.format(who))), encoding="utf-8")
    altered = shop.with_name("anna.json").read_text(encoding="utf-8").replace("9.77", "1.00").replace("21.77", "1.00")
    shop.with_name("altered.json").write_text(altered, encoding="utf-8")
    honour = "planshift honour shop anna {} --at 2026-03-{}"
    golden(GOLDEN / "honour.txt", session(honour.format("anna.json", "11T23:59:59")))
    golden(GOLDEN / "honour-time.txt", session(honour.format("anna.json", "12T00:00")))
    golden(GOLDEN / "honour-altered.txt", session(honour.format("altered.json", "11T12:00")))
    golden(GOLDEN / "honour-refused.txt", session(honour.format("refused.json", "11T12:00")))
    golden(GOLDEN / "honour-no-file.txt", session(honour.format("nothing.json", "11T12:00")))
    shop.with_name("words.json").write_text("not at all", encoding="utf-8")
    golden(GOLDEN / "honour-no-json.txt", session(honour.format("words.json", "11T12:00")))
    shop.joinpath("subscriptions", "anna.yaml").write_text(
        shop.joinpath("subscriptions", "anna.yaml").read_text(encoding="utf-8") + "account_credit: 1.00 EUR\n",
        encoding="utf-8",
    )
    golden(GOLDEN / "honour-subscription.txt", session(honour.format("anna.json", "11T12:00")))
    golden(GOLDEN / "honour-json.txt", session(honour.format("anna.json", "11T12:00") + " --format json"))
    shop.joinpath("policy.rules").write_text("# another version\n", encoding="utf-8")
    golden(GOLDEN / "honour-book.txt", session(honour.format("anna.json", "11T12:00")))


def _printed(told: str) -> str:
    """What a command printed, without the command and its exit code."""
    return "\n".join(told.splitlines()[1:-1])


def test_facts_of_the_request(shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]) -> None:
    declared = "{ urgent: { type: boolean }, pieces: { type: integer, default: 1 } }, required: [urgent]"
    shop.joinpath("policy.yaml").write_text(
        f"{POLICY}facts: {{ request: {{ properties: {declared} }} }}\n", encoding="utf-8"
    )
    rule = 'rule "Now"\n  when request.urgent and request.pieces > 2\n  set fee = 3 EUR\n'
    shop.joinpath("policy.rules").write_text(rule, encoding="utf-8")
    ask = f"planshift decide shop anna --to silver {AT}"
    golden(GOLDEN / "decide-facts.txt", session(f"{ask} --fact urgent=true pieces=3"))
    golden(GOLDEN / "decide-facts-wrong.txt", session(f"{ask} --fact urgent=soon --fact peaces=3 --fact pieces=many"))
    golden(GOLDEN / "decide-facts-missing.txt", session(ask))
    golden(GOLDEN / "options-facts.txt", session(f"planshift options shop anna {AT} --fact urgent=false"))


def test_the_cases_of_a_book(shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / "test-no-cases.txt", session("planshift test shop"))
    shop.joinpath("cases").mkdir()
    shop.joinpath("cases", "up.yaml").write_text(CASES, encoding="utf-8")
    golden(GOLDEN / "test-fails.txt", session("planshift test shop"))
    golden(GOLDEN / "test-fails-json.txt", session("planshift test shop --format json"))
    golden(GOLDEN / "test-fails-github.txt", session("planshift test shop --format github"))
    golden(GOLDEN / "test-fails-junit.txt", session("planshift test shop --format junit"))
    golden(GOLDEN / "test-some.txt", session("planshift test shop --run close"))
    golden(GOLDEN / "test-coverage.txt", session("planshift test shop --run close --coverage --coverage-below 50"))
    golden(GOLDEN / "test-coverage-wrong.txt", session("planshift test shop --coverage-below 101"))
    golden(GOLDEN / "test-none.txt", session("planshift test shop --run silber"))


def test_published_figures(shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]) -> None:
    file = shop.with_name("figures.yaml")
    file.write_text(FIGURES, encoding="utf-8")
    golden(GOLDEN / "conform.txt", session("planshift conform figures.yaml"))
    file.write_text(FIGURES.replace("36.00", "36.01", 1), encoding="utf-8")
    golden(GOLDEN / "conform-misses.txt", session("planshift conform figures.yaml"))
    golden(GOLDEN / "conform-misses-json.txt", session("planshift conform figures.yaml --format json"))
