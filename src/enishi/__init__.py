"""Enishi (縁): the customer ledger of a Japanese small business.

Debian 12's own SQLite 3.40 lies in the range of the WAL-reset corruption (3.7.0 to 3.51.2), which
needs exactly what we do: WAL and two connections. `pysqlite3` carries a current library, so it takes
the place of the standard module before Django imports it. Where its wheel does not exist the standard
module stays, and `enishi.site.checks` warns if its library is an affected one.
"""

import sys

try:
    import pysqlite3
    import pysqlite3.dbapi2
except ImportError:  # no wheel for this platform
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

__version__ = "0.1.0"
