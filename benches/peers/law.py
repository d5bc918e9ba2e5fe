"""What the peers need of the law's dated values (law rule R3.3), and of a month."""
import calendar

# From, fixed part, minimum ARE, AREF minimum; cents.
VALUES = [
    ("2003-07-01", 1015, 2476, 1774),
    ("2004-07-01", 1025, 2501, 1792),
    ("2006-07-01", 1046, 2551, 1828),
    ("2007-07-01", 1066, 2601, 1864),
    ("2008-07-01", 1093, 2666, 1911),
    ("2009-07-01", 1104, 2693, 1930),
    ("2010-07-01", 1117, 2725, 1953),
    ("2011-07-01", 1134, 2766, 1982),
]


def days(month):
    """The first and the last day of a month."""
    year, number = map(int, month.split("-"))
    return f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]}"


def values(month):
    """Fixed part, minimum ARE and AREF minimum in force in a month: they change on the first of a month only."""
    return [entry for entry in VALUES if entry[0] <= f"{month}-01"][-1][1:]
