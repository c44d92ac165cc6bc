"""What stands around a starter book: a page about it, and what runs its check and cases by itself."""

from __future__ import annotations

from planshift.starter.answers import Answers


def around(answers: Answers) -> dict[str, str]:
    """The page and the files for machines, by name."""
    return {
        "README.md": _readme(answers),
        ".github/workflows/policy.yml": _WORKFLOW,
        ".pre-commit-config.yaml": _HOOKS,
    }


def _readme(answers: Answers) -> str:
    plans = ", ".join(offer.title for offer in answers.offers)
    rules = "| `policy.rules` | Exceptions, one rule each. |\n" if answers.climbs else ""
    preset = (
        f"\nTerms that the policy does not state are those of the preset `{answers.preset}`.\n"
        if answers.preset
        else ""
    )
    return _README.format(title=answers.title, plans=plans, rules=rules, preset=preset, currency=answers.currency)


_README = """\
# {title}

The policy of plan changes: which plan may become which, when, and for what amount.

Plans: {plans}. Prices are in {currency}.
{preset}
| file | what it settles |
| --- | --- |
| `catalog.yaml` | What is sold: plans, prices, limits. |
| `policy.yaml` | Who may change to what, when a change happens, what happens to money. |
{rules}| `cases/` | Worked examples with their amounts. |
| `subscriptions/` | The customers of the examples. |

## Change it

1. Put your plans and prices into `catalog.yaml`.
2. Put the plans into their order in `policy.yaml`, under `groups`.
3. Say there under `terms` when upgrades and downgrades happen.

After each edit:

```
planshift check .
planshift test .
```

`check` finds mistakes and says where they are. `test` works the cases out and shows every answer that is not what the
case says. A moved price moves answers: read them, and write those that you want into `cases/`.

## Run by itself

`.github/workflows/policy.yml` runs both commands for every change on GitHub, and minds the layout of the files, which
`planshift fmt .` gives them. `.pre-commit-config.yaml` does all of that before each commit, once `pre-commit install`
was typed. Both take this folder for the root of its repository; where it is not, move them there and put the folder in
the place of the point.

With a file of customers beside it, `people.parquet`, the workflow also says in each pull request what the edit would
do to all of them (`planshift impact`). Take customers without names; `planshift population schema .` lists the columns.
"""

_WORKFLOW = """\
# Checks the book in the root of the repository, runs its cases and minds its layout, for every push and pull request.
name: policy
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  policy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install planshift
      - run: planshift check .
      - run: planshift test .
      - run: planshift fmt --check .

  # What an edit would do to all customers, as a comment on the pull request: only where there is a file of them.
  impact:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: What it does to everybody
        if: hashFiles('people.parquet') != ''
        env:
          BASE: origin/${{ github.base_ref }}
          NUMBER: ${{ github.event.number }}
          GH_TOKEN: ${{ github.token }}
        run: |
          pip install 'planshift[population]'
          status=0
          planshift impact "$BASE:." . people.parquet --each-option --format markdown > impact.md || status=$?
          if [ "$status" -le 1 ]; then gh pr comment "$NUMBER" --body-file impact.md; fi
          exit "$status" # 1 says that a limit is passed
"""

_HOOKS = """\
# Checks, cases and layout, before each commit that touches the book: `pre-commit install` turns it on.
repos:
  - repo: local
    hooks:
      - id: planshift-check
        name: planshift check
        entry: planshift check .
        language: system
        pass_filenames: false
        files: \\.(yaml|rules)$
      - id: planshift-test
        name: planshift test
        entry: planshift test .
        language: system
        pass_filenames: false
        files: \\.(yaml|rules)$
      - id: planshift-fmt
        name: planshift fmt
        entry: planshift fmt .
        language: system
        pass_filenames: false
        files: \\.(yaml|rules)$
"""
