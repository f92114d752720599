"""`python -m sameface` is the `sameface` command."""

import sys

from sameface.cli import main

sys.exit(main())
