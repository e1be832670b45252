"""How likely each level of each field is under each explanation of a pair. `weighing` says how they are used.

The chances of "same" are how often people write, forget and change things; those of a family, a colleague… how much such people share.
They were set by judgement and by the frequencies in `tests/ledger.py` and FEBRL, and rounded: nothing hangs on a second digit. What
chance alone gives a frequent value comes from the base itself.
"""

import math

Table = dict[str, dict[str, float]]


def _table(text: str) -> Table:
    """Lines of a field and its levels, each with its chance."""
    made: Table = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, *rest = line.split()
        made[name] = dict(zip(rest[::2], map(float, rest[1::2]), strict=True))
    return made


def _bits(table: Table) -> Table:
    return {
        name: {level: math.log2(chance) for level, chance in held.items()} for name, held in table.items()
    }


_SAME = """
    family     same .87  variant .06  close .03   different .04
    given      same .87  variant .07  close .035  different .025
    employer   same .8   variant .05  close .03   part .05  different .07
    company    same .85  variant .06  close .05   part .025 different .015
    form       same .95  different .05
    branch     same .93  variant .01  one .055    different .005
    birthday   same .9   variant .02  close .06   part .01  different .01
    gender     same .97  different .03
    mobile     same .8   variant .01  close .06   part .01  different .12
    phone      same .72  variant .03  close .06   part .01  different .18
    fax        same .72  variant .03  close .06   part .01  different .2
    mail       same .76  variant .03  close .05   role .76  part .02  different .12
    domain     same .9   different .1
    address    same .6   variant .16  close .05   room .01  short .05  town .04  city .03  part .03  different .05
    postal     same .78  close .08    part .05    different .09
    corporate  same .97  close .02    different .01
    personal   same .85  close .1     different .05
"""
_FAMILY = """
    family     same .93  variant .02  close .01   different .04
    given      same .002 variant .01  close .12   different .868
    birthday   same .04  variant .005 close .02   part .035  different .9
    gender     same .5   different .5
    mobile     same .2   variant .01  close .02   part .02   different .75
    phone      same .85  variant .03  close .02   part .01   different .09
    mail       same .2   variant .01  close .02   role .3    part .02  different .73
    domain     same .4   different .6
    address    same .7   variant .18  close .04   room .01   short .05  town .01  city .01  part .01  different .01
    postal     same .93  close .03    part .02    different .02
"""
_COLLEAGUE = """
    employer   same .9   variant .05  close .02   part .02  different .01
    gender     same .5   different .5
    phone      same .85  variant .03  close .01   part .05  different .06
    fax        same .85  variant .03  close .01   part .05  different .06
    mail       same .02  variant .001 close .02   role .85  part .001 different .66
    domain     same .95  different .05
    address    same .7   variant .2   close .02   room .02  short .03  town .01  city .01  part .01  different .01
    postal     same .93  close .03    part .02    different .02
    corporate  same .97  close .01    different .02
"""
_NAMESAKE = """
    family     same .95  variant .04  close .005  different .005
    given      same .93  variant .06  close .005  different .005
    gender     same .97  different .03
    company    same .95  variant .03  close .01   part .01  different .01
    form       same .6   different .4
    branch     same .9   variant .001 one .05     different .05
    address    same .00001 variant .00004 close .0001 room .0002 short .02  town .06  city .15  part .2  different .57
    postal     same .02  close .005   part .05    different .93
"""
_GROUP = """
    company    same .002 variant .004 close .03   part .2   different .764
    form       same .6   different .4
    branch     same .8   variant .01  one .1      different .09
    phone      same .5   variant .02  close .02   part .1   different .36
    fax        same .5   variant .02  close .02   part .1   different .36
    mail       same .2   variant .01  close .02   role .35  part .02  different .6
    domain     same .6   different .4
    address    same .7   variant .15  close .02   room .06  short .03  town .02  city .01  part .01  different .01
    postal     same .9   close .03    part .03    different .04
    corporate  same .005 close .01    different .985
"""
_OFFICE = """
    company    same .93  variant .05  close .01   part .005 different .005
    form       same .97  different .03
    branch     same .25  variant .01  one .34     different .4
    phone      same .08  variant .01  close .01   part .02  different .88
    fax        same .1   variant .01  close .01   part .02  different .86
    mail       same .1   variant .01  close .02   role .45  part .02  different .7
    domain     same .93  different .07
    address    same .01  variant .01  close .01   room .02  short .03  town .03  city .15  part .12  different .63
    postal     same .03  close .02    part .05    different .9
    corporate  same .96  close .01    different .03
"""
# By chance. Names that are the same are left out: how often they are comes from the base.
_CHANCE = """
    family     variant .004 close .01  different 1
    given      variant .004 close .01  different 1
    employer   variant .0001 close .001 part .001  different 1
    company    variant .0002 close .001 part .002  different 1
    form       same .6   different .4
    branch     same .8   variant .01  one .1      different .1
    birthday   same .00004 variant .00004 close .0015 part .003 different 1
    gender     same .5   different .5
    mobile     same .000001 variant .000002 close .00001 part .00001 different 1
    phone      same .000001 variant .000002 close .00001 part .00001 different 1
    fax        same .000001 variant .000002 close .00001 part .00001 different 1
    mail       same .000001 variant .000001 close .00001 role .0001 part .00003 different 1
    domain     same .0001 different 1
    address    same .00001 variant .00004 close .0001 room .0001 short .001 town .001 city .02 part .09 different .89
    postal     same .0005 close .002  part .01    different .98
    corporate  same .00000001 close .000001 different 1
    personal   same .00000001 close .000001 different 1
"""
SAME = _bits(_table(_SAME))
CHANCE = _bits(_table(_CHANCE))
OTHERS: dict[str, Table] = {
    name: _bits(_table(text))
    for name, text in (
        ("family", _FAMILY), ("colleague", _COLLEAGUE), ("namesake", _NAMESAKE), ("group", _GROUP), ("office", _OFFICE),
    )
}  # fmt: skip
# How common each explanation is beside "same", among pairs that agree in something (bits).
PERSON = {"family": 0.0, "colleague": 0.0, "namesake": math.log2(0.15)}
COMPANY = {"group": 0.0, "office": 0.0, "namesake": math.log2(0.1)}
UNHEARD = -13.0  # a level that an explanation doesn't know
