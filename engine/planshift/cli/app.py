"""The door: which commands there are, and what happens when something goes wrong outside of them.

A command's module is imported when the command is asked for, and what it needs when it runs, so that help is quick.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from cyclopts import App, CycloptsError, Parameter

from planshift import __version__
from planshift.cli.exits import Exit
from planshift.cli.printing import complain

_ASK = "policies/hosting anna-bronze --to gold --at 2026-03-11T10:00"
_APPLY = f"planshift apply {_ASK} --order up-1"
_WAITS = (
    "planshift apply policies/hosting greta-silver --to bronze --end site-a site-b \\\n"
    "    --order down-1 --at 2026-03-11T10:00"
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: its name, the function that it is, what it does in a line and in full, and an example.

    The example works in a checkout of the project.
    """

    name: str
    function: str
    summary: str
    more: str
    example: str


COMMANDS = (
    Command(
        name="init",
        function="planshift.cli.init:init",
        summary="Write a starter book.",
        more="It passes check and test at once, and its comments say what to change first.",
        example="planshift init magazine --plans reader,archive --prices 6,12 --yearly",
    ),
    Command(
        name="check",
        function="planshift.cli.check:check",
        summary="Say everything that is wrong with a book.",
        more="Each mistake comes with its place, its code and what to do about it; all of them are told at once. "
        "With --fix, what is safe to repair is repaired, and comments and layout stay. "
        "With --watch it is checked again at each save.",
        example="planshift check policies/hosting",
    ),
    Command(
        name="options",
        function="planshift.cli.options:options",
        summary="List what a subscription can change to.",
        more="Each plan and price with the day the change would happen, what is due and the next bill.",
        example="planshift options policies/hosting anna-bronze --at 2026-03-11T10:00",
    ),
    Command(
        name="decide",
        function="planshift.cli.decide:decide",
        summary="Decide a change: allowed or not, when, for what amounts.",
        more="Every reason and every amount comes with the line of the policy behind it.",
        example=f"planshift decide {_ASK}",
    ),
    Command(
        name="honour",
        function="planshift.cli.honour:honour",
        summary="Say whether a quote still binds.",
        more="It binds while book and subscription are those it was made from, and its time is not over.",
        example=f"planshift decide {_ASK} \\\n    --plan --format json > quote.json\n"
        "planshift honour policies/hosting anna-bronze quote.json --at 2026-03-11T15:00",
    ),
    Command(
        name="explain",
        function="planshift.cli.explain:explain",
        summary="Explain a decision in full, a term, or a diagnostic code.",
        more="Every term, line, date, reason and rule, with its place in the policy and the numbers that went in; of a "
        "refusal also what would have to change.",
        example=f"planshift explain {_ASK}\n"
        "planshift explain policies/hosting carla-gold --to silver --why-not \\\n    --at 2026-03-11T10:00\n"
        "planshift explain PS104",
    ),
    Command(
        name="graph",
        function="planshift.cli.graph:graph",
        summary="Draw which plan leads to which, and on what terms.",
        more="Groups with their levels, paths, switches, timing and fees, as the compiled book answers them.",
        example="planshift graph policies/hosting --out ladder.svg",
    ),
    Command(
        name="apply",
        function="planshift.cli.apply:apply",
        summary="Decide a change and carry it out.",
        more="Step by step, each step once, in the embedded ledger or the chosen adapters. "
        "With --dry-run the same steps are shown and nothing is done.",
        example=f"planshift apply {_ASK} --dry-run\n{_APPLY}",
    ),
    Command(
        name="orders",
        function="planshift.cli.orders:orders",
        summary="List orders, the newest first.",
        more="What is being carried out, what waits for its day, and what is over.",
        example=f"{_APPLY}\nplanshift orders",
    ),
    Command(
        name="order show",
        function="planshift.cli.orders:show",
        summary="Tell what happened to an order, and what comes next.",
        more="Every line of its log in words, with the times, and until when it can be called off.",
        example=f"{_APPLY}\nplanshift order show up-1",
    ),
    Command(
        name="account",
        function="planshift.cli.account:account",
        summary="Show what the ledger holds of a subscription, or of a customer with all of theirs.",
        more="Plan, invoices, payments and balances, as they stand now, whatever the file says that it once came from.",
        example=f"{_APPLY}\nplanshift account sub-1001",
    ),
    Command(
        name="order resume",
        function="planshift.cli.order:resume",
        summary="Let an order that went wrong go on, once its cause is mended.",
        more="It is carried out from where it stands, with all its tries.",
        example="planshift order resume order-6a15 --by lena",
    ),
    Command(
        name="order resolve",
        function="planshift.cli.order:resolve",
        summary="Settle a step that went wrong, and let its order go on.",
        more="It was done by hand, it is left out, or the change is given up and what was done for it is undone.",
        example="planshift order resolve order-6a15 3 done --by lena --why 'changed it in the panel'",
    ),
    Command(
        name="cancel",
        function="planshift.cli.cancel:cancel",
        summary="Call a change off while it waits.",
        more="As far as the policy lets: what was done for it is undone, and everything is as it was.",
        example=f"{_WAITS}\nplanshift cancel down-1 --by staff --person lena --at 2026-03-12",
    ),
    Command(
        name="event",
        function="planshift.cli.event:event",
        summary="Say that something has happened, and let what waits for it go on.",
        more="A payment is taken in at the ledger; other events are told to the orders of the subscription.",
        example=f"{_APPLY}\nplanshift event sub-1001 payment.received --amount '51.57 EUR' --source pay-1",
    ),
    Command(
        name="receive",
        function="planshift.cli.receive:receive",
        summary="Take in what a biller tells by itself, and let what waits for it go on.",
        more="A webhook of Stripe, which is signed, or a push notification of Kill Bill, which is looked up at its "
        "server. Exit code 1 says that it is not to be believed, or is to be sent again later.",
        example="planshift receive card webhook.json --proof-from STRIPE_SIGNATURE",
    ),
    Command(
        name="renew",
        function="planshift.cli.renew:renew",
        summary="Renew a subscription, or everybody who is due.",
        more="As it is or by a switch, one period, once. With --dry-run: what each becomes, from when until when, for "
        "what amount, and when the invoice is made.",
        example="planshift renew policies/hosting david-trial --dry-run --at 2026-03-12",
    ),
    Command(
        name="decide-all",
        function="planshift.cli.decide_all:decide_all",
        summary="Decide everybody in a file of subscriptions.",
        more="To one plan, to each option, or their renewals; every answer, with its amounts and what settled each "
        "term, goes to a file. Rows that cannot be read are set aside with their reasons, and exit code 1 says so.",
        example="planshift population make policies/hosting -n 1000 \\\n    --on 2026-03-11 --out people.parquet\n"
        "planshift decide-all policies/hosting people.parquet \\\n    --to gold --price monthly --at 2026-03-11",
    ),
    Command(
        name="migrate",
        function="planshift.cli.migrate:migrate",
        summary="Move everybody who has one plan to another.",
        more="First what it comes to; with --place NAME as orders, in batches. It can be stopped at any time, and the "
        "same command goes on: each subscription gets one order.",
        example="planshift population make policies/hosting -n 200 \\\n    --on 2026-03-11 --out people.parquet\n"
        "planshift migrate policies/hosting people.parquet \\\n    --from bronze --to silver --at 2026-03-11",
    ),
    Command(
        name="migrations",
        function="planshift.cli.migrations:migrations",
        summary="List migrations, the newest first.",
        more="What each is for, whether it runs, and how many orders are placed and done.",
        example="planshift migrations",
    ),
    Command(
        name="migration show",
        function="planshift.cli.migrations:show",
        summary="Report on a migration.",
        more="Who was refused and why, who was busy or has changed since, and how far the orders are. "
        "Exit code 1 says that somebody is left.",
        example="planshift migration show spring-2027 --format markdown",
    ),
    Command(
        name="migration pause",
        function="planshift.cli.migrations:pause",
        summary="Stop a migration behind the batch that it is at.",
        more="From another terminal, or another machine that shares the store.",
        example="planshift migration pause spring-2027",
    ),
    Command(
        name="population",
        function="planshift.cli.population:population",
        summary="List the columns of a population, or make one.",
        more="`schema` says what a file for decide-all holds; `make` draws customers to try a book with.",
        example="planshift population schema policies/hosting",
    ),
    Command(
        name="worker",
        function="planshift.cli.worker:worker",
        summary="Carry out what is due, now and from now on.",
        more="Any number of workers may share a PostgreSQL store; what a dead one held, the next one takes over.",
        example=f"{_WAITS}\nplanshift worker --at 2026-04-01",
    ),
    Command(
        name="doctor",
        function="planshift.cli.doctor:doctor",
        summary="Look whether store, ledger, clock, orders and adapters are well.",
        more="Every log and every balance is looked at. Exit code 1 says that somebody is needed.",
        example=f"{_APPLY}\nplanshift doctor",
    ),
    Command(
        name="fmt",
        function="planshift.cli.fmt:fmt",
        summary="Give the files of books one layout.",
        more="Comments, aligned columns and the meaning stay. "
        "With --check or --diff, exit code 1 says that something would change.",
        example="planshift fmt --check policies",
    ),
    Command(
        name="schema",
        function="planshift.cli.schema:schema",
        summary="Give editors the JSON Schemas of the files of a book.",
        more="With them an editor completes keys and words, explains what the cursor is on, and marks mistakes.",
        example="planshift schema --out schemas",
    ),
    Command(
        name="test",
        function="planshift.cli.test:run_cases",
        summary="Run the cases that books bring along.",
        more="Each case that does not come out as expected is told with both figures and what decided it.",
        example="planshift test policies/hosting --run trial",
    ),
    Command(
        name="diff",
        function="planshift.cli.diff:diff",
        summary="Say what is different between two versions of a book.",
        more="Roads, prices, terms and rules, each with a change that the versions answer differently. "
        "Exit code 1 says that something is; what is only written otherwise is not.",
        example="planshift diff main:policies/hosting policies/hosting",
    ),
    Command(
        name="impact",
        function="planshift.cli.impact:impact",
        summary="Say what an edit of a book does to everybody in a file of subscriptions.",
        more="Both versions decide all of them; what differs is counted, summed and explained. "
        "Exit code 1 says that a limit is passed, which the book or an option sets.",
        example="planshift impact main:policies/hosting policies/hosting people.parquet \\\n"
        "    --to gold --price monthly --max-refused 0.5%",
    ),
    Command(
        name="conform",
        function="planshift.cli.conform:conform",
        summary="Run figures that other billers published.",
        more="Each figure that is missed is told with what was expected and what came out.",
        example="planshift conform tests/conformance/kill_bill.yaml",
    ),
)
"""Every command, in the order in which one gets to know them."""


GROUPS = {"migration": "Look after one migration.", "order": "Look after one order."}
"""What commands of two words have in common."""


def make_app() -> App:
    """The command line."""
    app = App(
        name="planshift",
        help="Decide subscription plan changes by a policy, and explain every figure.",
        help_format="rich",
        help_epilogue=_example(COMMANDS[3].example),
        version=__version__,
        default_parameter=Parameter(negative=(), show_default=False),
        group_parameters="Options",
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
    )
    groups: dict[str, App] = {}
    for place, command in enumerate(COMMANDS):
        help_text, example = f"{command.summary}\n\n{command.more}", _example(command.example)
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            groups[group] = App(name=group, help=GROUPS[group], sort_key=place)
            app.command(groups[group])
        home = groups[group] if group else app
        home.command(command.function, name=name, help=help_text, sort_key=place, help_epilogue=example)
    return app


def _example(lines: str) -> str:
    return "[bold]Example[/bold]\n\n" + "\n".join(f"  {line}" for line in lines.split("\n"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name, and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without some letter shows a mark in its place
    try:
        answer = make_app()(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except CycloptsError as error:
        complain(f"{error}\nplanshift --help tells what there is.")
        return Exit.USAGE
    except BrokenPipeError:
        _close_pipe()
        return Exit.YES
    except Exception as error:  # noqa: BLE001  # the last door: whatever comes here is a mistake of planshift
        return _internal(error)
    return int(answer or 0)


def _internal(error: Exception) -> int:
    """One line for people; the traceback for those who look for the mistake."""
    if os.environ.get("PLANSHIFT_DEBUG") == "1":
        traceback.print_exception(error)
    else:
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        complain(f"planshift made a mistake ({told}); please report it, with what PLANSHIFT_DEBUG=1 shows")
    return Exit.INTERNAL


def _close_pipe() -> None:
    """Whoever read has enough. What is still buffered goes nowhere, so that closing does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
