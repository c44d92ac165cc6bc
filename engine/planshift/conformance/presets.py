"""Which preset the changes of a system are decided through."""

from __future__ import annotations

from planshift.policy.shelf import preset_names

KILL_BILL = "kill-bill"
"""The preset of all cases of the format that is named after the system."""

SOLD_AS = {
    "apple": "app-store",
    "chargify": "maxio",
    "cloudblue": "business-manager",
}
"""Names under which a system is known, too, and its preset."""


def preset_of(system: str) -> str:
    """The preset of a system, or nothing; a system that builds on another, as in `Stripe-based`, goes through that one.

    A preset is named after its system, so the words of the system's name lead to it.
    """
    words = system.lower().replace("(", " ").replace(")", " ").replace("-", " ").split()
    named = {"-".join(words[at : at + length]) for at in range(len(words)) for length in (1, 2, 3)}
    found = {SOLD_AS.get(name, name) for name in named} & set(preset_names())
    return max(found, key=len, default="")
