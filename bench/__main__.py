"""`python -m bench [NAME…]`: what is measured, as tables; without names all of it."""

from __future__ import annotations

import importlib
import sys

from bench.measuring import machine, say

BENCHES = (
    "startup",
    "simulate",
    "propagation",
    "explain",
    "deciding",
    "sync",
    "pictures",
    "picture_crowds",
    "directories",
    "tenant",
    "console",
    "photos",
    "live",
)
"""Each is a module here with `run()`, which measures and prints."""


def main(names: list[str]) -> int:
    """Run the named benches in their order here; exit code 2 for a name that is none."""
    if unknown := set(names) - set(BENCHES):
        sys.stderr.write(f"bench: there is no {min(unknown)}; there are {', '.join(BENCHES)}.\n")
        return 2
    say(machine())
    for name in BENCHES:
        if not names or name in names:
            importlib.import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
