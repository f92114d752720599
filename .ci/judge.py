"""Reads what pytest wrote of each run, and fails when one ran nothing or skipped something."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def main(files: list[str]) -> int:
    """Print each skipped test and a closing line for all runs; 1 where a run is not good enough."""
    passed = failed = skipped = 0
    good = bool(files)
    for file in files:
        cases = list(ET.parse(file).iter("testcase"))
        skips = [case for case in cases if case.find("skipped") is not None]
        fails = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
        for case in skips:
            print(f"skipped: {case.get('classname')}.{case.get('name')}")
        if not cases:
            print(f"{Path(file).stem}: no test ran")
        good = good and bool(cases) and not skips and not fails
        passed += len(cases) - len(skips) - len(fails)
        failed, skipped = failed + len(fails), skipped + len(skips)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
