"""Why a place shows the photo it shows, and until when; and what would end it."""

from __future__ import annotations

import argparse

from sameface.cli.arguments import add_settings
from sameface.errors import BadUsage


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("person", metavar="PERSON", help="UPN, mail or name")
    parser.add_argument("--surface", metavar="S", help="one surface only (default: all)")
    parser.add_argument("--viewer", metavar="V", help="who is looking (default: a colleague)")
    parser.add_argument(
        "--ticket", action="store_true", help="as a paragraph to paste into an answer"
    )
    parser.add_argument(
        "--if",
        dest="orders",
        action="append",
        default=[],
        metavar="WHAT",
        help='what would change, such as "set-userphoto B", "visit" or "wait 3h"; repeat in a row',
    )
    parser.add_argument(
        "--best", action="store_true", help="the fewest actions after which all show one photo"
    )
    parser.add_argument(
        "--by",
        metavar="WHO,…",
        help="who may be asked to act for --best: owner, viewer, administrator, or their names",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, 2 for an unknown person or surface, 4 where nothing could be observed."""
    if args.by and not args.best:
        raise BadUsage("--by says who may act for --best; give both, or neither.")
    if args.ticket and (args.best or args.orders):
        raise BadUsage("--ticket tells of what is; leave out --if and --best.")
    from sameface.cli.explaining import explained  # noqa: PLC0415  --help needs none of it

    return explained(args)
