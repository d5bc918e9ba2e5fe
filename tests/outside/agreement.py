"""Reads `kind,text,verdict` lines and tells where python-stdnum judges otherwise; ends with status 1 if it does."""
import sys

from stdnum import iban
from stdnum.fr import nir

other = 0
count = 0
for line in sys.stdin:
    kind, text, verdict = line.rstrip("\n").split(",")
    theirs = iban.is_valid(text, check_country=False) if kind == "iban" else nir.is_valid(text)
    count += 1
    if theirs != (verdict == "true"):
        other += 1
        if other <= 20:
            print(f"{kind} {text}: ours {verdict}, theirs {theirs}")
print(f"{count} numbers, {other} judged otherwise")
sys.exit(other > 0)
