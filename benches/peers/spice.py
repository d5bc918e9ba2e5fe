"""Exports in which the seldom rules bite often: spice.py EXPORTS OUT MONTH

Made-up exports have few pensions, notices, low wages and overlapping events, and never two jobs at a time. A peer that got
such a rule wrong would hardly be found out by them. This copies exports and gives many beneficiaries what others seldom have.
The same input gives the same output; rows keep their order.
"""
import csv
import datetime
import pathlib
import random
import sys

KINDS = ["sickness", "maternity", "accident", "parental", "presence", "abroad", "retirement", "exclusion", "training"]


def later(day, days):
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days)).isoformat()


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, table):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def spice_beneficiary(row, dice):
    if dice.random() < 0.15:
        row["sjr"], row["reference_pay"], row["reference_days"] = f"{dice.randint(500, 3600) / 100:.2f}", "", ""
    if dice.random() < 0.15:
        row["reference_pay"], row["reference_days"] = f"{dice.randint(400000, 3000000) / 100:.2f}", str(dice.randint(90, 365))
        row["sjr"] = ""
    if dice.random() < 0.2:
        row["part_time_ratio"] = f"0.{dice.randint(200_000_000, 999_999_999)}"
    if dice.random() < 0.2:
        row["notice_daily"] = f"{dice.randint(1500, 9000) / 100:.2f}"
    if dice.random() < 0.2:
        row["are_days"] = str(dice.randint(1, 260))
    if dice.random() < 0.25:
        row["pension_category"] = dice.choice("1233F")
        row["pension_monthly"] = f"{dice.choice([dice.randint(5000, 90000), dice.randint(90000, 400000)]) / 100:.2f}"
        row["pension_start"] = later(row["contract_end"], dice.randint(-50, 300)) if dice.random() < 0.8 else ""
        row["pension_end"] = later(row["pension_start"] or row["contract_end"], dice.randint(0, 200))
        if dice.random() < 0.4:
            row["pension_end"] = ""


def spiced_events(row, dice):
    """Up to three more events, which overlap each other and what was there."""
    for _ in range(dice.choice([0, 0, 0, 1, 2, 3])):
        kind = dice.choice(KINDS)
        start = later(row["contract_end"], dice.randint(-20, 330))
        end = "" if dice.random() < 0.1 else later(start, dice.randint(0, 60))
        yield {"beneficiary_id": row["beneficiary_id"], "kind": kind, "start": start, "end": end}


def spiced_earnings(jobs, employers, dice):
    """The same rows, worse paid, and sometimes all over again at another employer: two jobs on the same days."""
    share = dice.choice([1, 1, 0.7, 0.3])
    for row in jobs:
        row["base_monthly_gross"] = f"{max(1, float(row['base_monthly_gross']) * share):.2f}"
        if dice.random() < 0.15:
            row["weekly_hours"] = f"{dice.randint(500, 4800) / 100:.2f}"
        yield row
    if jobs and dice.random() < 0.15:
        first = jobs[0]["job_start"], jobs[0]["employer"]
        other = dice.choice([employer for employer in employers if employer != first[1]])
        for row in jobs:
            if (row["job_start"], row["employer"]) == first and dice.random() < 0.9:
                yield row | {"employer": other, "job_end": row["job_end"] and later(row["job_end"], 0)}


def main():
    exports, out = map(pathlib.Path, sys.argv[1:3])
    month = sys.argv[3]
    dice = random.Random(month)
    beneficiaries, earnings = rows(exports / "beneficiaries.csv"), rows(exports / "earnings.csv")
    events_by_id, earnings_by_id = {}, {}
    for row in rows(exports / "events.csv"):
        events_by_id.setdefault(row["beneficiary_id"], []).append(row)
    for row in earnings:
        earnings_by_id.setdefault(row["beneficiary_id"], []).append(row)
    employers = sorted({row["employer"] for row in earnings[:200]})
    events, spiced = [], []
    for row in beneficiaries:
        spice_beneficiary(row, dice)
        events += events_by_id.get(row["beneficiary_id"], [])
        events += spiced_events(row, dice)
        spiced += spiced_earnings(earnings_by_id.get(row["beneficiary_id"], []), employers, dice)
    out.mkdir(parents=True, exist_ok=True)
    write(out / "beneficiaries.csv", beneficiaries)
    write(out / "events.csv", events)
    write(out / "earnings.csv", spiced)


main()
