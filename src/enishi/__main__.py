"""`python -m enishi` is the command `enishi`."""

import sys

from enishi.site.cli import main

sys.exit(main())
