import re, sys
sys.path.insert(0,"/work/main")
from tests.test_messages import *  # noqa
from tests.test_messages import _compiled
def test_dump(english, office):
    for path in ("/today/","/accounts/","/accounts/%d/"%office["account"].pk,"/deals/board/","/deals/","/accounts/new/","/import/","/settings/","/record/","/accounts/filter/","/bin/", "/accounts/%d/history/"%office["account"].pk):
        h=english.get(path).content.decode(); w=Words(); w.feed(h)
        print("\n==",path, " | ".join(t.strip() for t in w.found if t.strip()))
