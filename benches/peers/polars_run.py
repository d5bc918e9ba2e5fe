"""The month in Polars: polars_run.py MONTH EXPORTS OUT THREADS sorted|shuffled

Rules R0-R6 by spans and in whole cents, with closed forms instead of a row a day. Days are counted from 1970-01-01; a span
includes both ends; an absent end is FOREVER. Amounts are read as Float64 and rounded to whole cents at once: exact, and faster
than Decimal columns. Tried and left: amounts written as Decimal or put together as text (no faster), the last step in memory
instead of streaming (no faster, a fifth more memory).
"""
import datetime
import os
import sys

month, exports, out, threads, order = sys.argv[1:]
os.environ["POLARS_MAX_THREADS"] = threads

import polars as pl  # noqa: E402: the number of threads is fixed on import
from polars import col, lit, max_horizontal, min_horizontal, when  # noqa: E402

import law  # noqa: E402

FOREVER = 3_000_000
first, last = (datetime.date.fromisoformat(day) for day in law.days(month))
FIRST, LAST = ((day - datetime.date(1970, 1, 1)).days for day in (first, last))
FIXED, MINIMUM, AREF = law.values(month)
TEXT, DAY, AMOUNT = pl.String, pl.Date, pl.Float64


def number(day):
    return (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days


def scan(export, **columns):
    return pl.scan_csv(f"{exports}/{export}.csv", schema=columns)


def cents(name):
    return (col(name) * 100).round().cast(pl.Int64)


def days(name, absent=None):
    day = col(name).cast(pl.Int32)
    return day if absent is None else day.fill_null(absent)


def r(amount, parts):
    """To the cent, half up; nothing is negative."""
    return (2 * amount + parts) // (2 * parts)


def not_negative(value):
    return max_horizontal(value, lit(0, dtype=pl.Int64))


def common(a, b, c, d):
    """How many days two spans share."""
    return not_negative(min_horizontal(b, d) - max_horizontal(a, c) + 1)


def months_after(start, months):
    """R1.2, a day after the term."""
    return start.dt.offset_by(months)


def are(s, p, fixed, minimum):
    """R3.3, p in billionths."""
    wanted = max_horizontal(574_000_000 * s, 404_000_000 * s + fixed * p, minimum * p)
    return r(min_horizontal(750_000_000 * s, wanted), 1_000_000_000)


def bits(a, b):
    """The days of a span that lie in the month."""
    from_day = max_horizontal(a, lit(FIRST)) - FIRST
    count = common(a, b, lit(FIRST), lit(LAST))
    powers = lambda by: lit(2, dtype=pl.Int64).pow(by.clip(0, 31)).cast(pl.Int64)  # noqa: E731
    return (powers(count) - 1) * powers(from_day)


beneficiary = (
    scan("beneficiaries", beneficiary_id=TEXT, nir=TEXT, name=TEXT, iban=TEXT, procedure_date=DAY, contract_end=DAY,
         seniority_months=pl.Int32, sjr=AMOUNT, reference_pay=AMOUNT, reference_days=pl.Int64, weekly_hours=AMOUNT,
         part_time_ratio=AMOUNT, are_days=pl.Int64, notice_daily=AMOUNT, pension_category=TEXT, pension_monthly=AMOUNT,
         pension_start=DAY, pension_end=DAY)
    .with_columns(
        start=col("contract_end").dt.offset_by("1d"),
        regime=when(col("procedure_date") < datetime.date(2006, 1, 18)).then(2005)
        .when(col("procedure_date") < datetime.date(2009, 4, 1)).then(2006).otherwise(2009).cast(pl.Int16))
    .select(
        col("beneficiary_id").alias("id"), col("nir").str.replace_all(" ", "", literal=True), "name",
        col("iban").str.replace_all(" ", "", literal=True), "regime", days("start").alias("start"),
        term=when(col("regime") < 2009).then(months_after(col("start"), "8mo")).otherwise(months_after(col("start"), "12mo"))
        .cast(pl.Int32) - 1,
        article_3_days=when(col("seniority_months") < 24).then(col("are_days")),   # null: ordinary
        hours=cents("weekly_hours"),
        p=(col("part_time_ratio").fill_null(1) * 1_000_000_000).round().cast(pl.Int64),
        s=cents("sjr").fill_null(r(cents("reference_pay"), col("reference_days"))),
        notice=r(80 * cents("notice_daily"), 100),
        # R4.1; category 1 is not deducted.
        pension=when(col("pension_category").is_in(["2", "3", "F"])).then(r(12 * cents("pension_monthly"), 365)).otherwise(0),
        pension_start=days("pension_start", -FOREVER), pension_end=days("pension_end", FOREVER))
)
earning = (
    scan("earnings", beneficiary_id=TEXT, employer=TEXT, month=TEXT, job_start=DAY, job_end=DAY, weekly_hours=AMOUNT,
         base_monthly_gross=AMOUNT, gross_paid=AMOUNT, proof=TEXT)
    .filter(col("month") <= month)
    .select(
        col("beneficiary_id").alias("id"), col("employer").str.replace_all(" ", "", literal=True),
        (col("month") + "-01").str.to_date("%Y-%m-%d").alias("month"), days("job_start").alias("job_start"),
        job_end=days("job_end", FOREVER), new_hours=cents("weekly_hours"), base=cents("base_monthly_gross"),
        proved=col("proof").is_not_null())
    .collect(engine="streaming")
)
event = (
    scan("events", beneficiary_id=TEXT, kind=TEXT, start=DAY, end=DAY)
    .filter(col("kind") != "training", col("start") <= last)
    .with_columns(final=col("kind").is_in(["business_creation", "retirement", "exclusion"]))
    .select(
        col("beneficiary_id").alias("id"), days("start").alias("first"), "final",
        last=when(col("final")).then(FOREVER).otherwise(days("end", FOREVER)))
    .collect(engine="streaming")
)
beneficiary = beneficiary.collect(engine="streaming")

# A job is (beneficiary, employer, first day): the end of its latest row holds, the test of R6.2 is on its earliest row.
job = earning.lazy().group_by("id", "employer", "job_start").agg(
    col("job_end").sort_by("month").last(), col("new_hours").sort_by("month").first(),
    col("base").sort_by("month").first()).collect()

# R2: spans that leave days unpaid, cut so that they don't overlap. Sorted by beneficiary, one running maximum does for all:
# whoever comes next starts above every day of those before.
unpaid = (
    pl.concat([event, job.select("id", col("job_start").alias("first"), lit(False).alias("final"),
                                 col("job_end").alias("last"))], how="vertical_relaxed")
    .lazy().sort("id", "first")
    .with_columns(base=col("id").rle_id().cast(pl.Int64) * 10 * FOREVER)
    .with_columns(
        begun="first",
        first=max_horizontal("first", ((col("base") + col("last")).cum_max().shift(1) - col("base") + 1)
                             .fill_null(-FOREVER)))
    .filter(col("first") <= col("last")).select("id", "first", "last")
    .collect()
)
interrupted = (
    unpaid.lazy().join(beneficiary.lazy().select("id", "start"), on="id")
    .select("id", before=common(col("first"), col("last"), col("start"), lit(FIRST - 1)),
            days=bits(col("first"), col("last")))
    .group_by("id").agg(col("before").sum(), col("days").sum())
)

# R6.1, R6.2: jobs that qualify; the first hire freezes cap and clock.
ended = event.lazy().filter("final").group_by("id").agg(col("first").min().alias("ended"))
qualifying = (
    job.lazy().join(beneficiary.lazy().filter(col("article_3_days").is_null())
                    .select("id", "start", "term", "s", col("hours").alias("old_hours")), on="id")
    .filter(col("job_start").is_between("start", "term"),
            100 * col("base") * col("old_hours") <= 85 * 30 * col("s") * col("new_hours"))
    .join(ended, on="id", how="left")
    .filter(col("ended").is_null() | (col("ended") > col("job_start")))
    .select("id", "employer", "job_start", col("job_end").alias("job_last"), "old_hours", former=30 * col("s"))
    .collect()
)
values = pl.DataFrame({"from_day": [number(entry[0]) for entry in law.VALUES]} | {
    name: [entry[at] for entry in law.VALUES] for at, name in enumerate(["fixed", "minimum", "aref"], 1)},
    schema={"from_day": pl.Int32, "fixed": pl.Int64, "minimum": pl.Int64, "aref": pl.Int64}).lazy().set_sorted("from_day")
hired = (
    qualifying.lazy().group_by("id").agg(col("job_start").min().alias("hire"))
    .join(beneficiary.lazy().select(pl.exclude("nir", "name", "iban")), on="id")
)
before_hire = (
    hired.select("id", "start", "hire").join(unpaid.lazy(), on="id")
    .group_by("id").agg(common(col("first"), col("last"), col("start"), col("hire") - 1).sum().alias("unpaid"))
)
AV1 = number("2009-11-07")
aref_2006 = when(col("regime") == 2006).then(col("aref"))
frozen = (
    hired.join(before_hire, on="id", how="left")
    .sort("hire").join_asof(values, left_on="hire", right_on="from_day")
    .with_columns(before=col("hire") - col("start") - col("unpaid").fill_null(0),
                  are=are(col("s"), col("p"), col("fixed"), col("minimum")))
    .with_columns(
        # The last day of the first tier, by the law of the day of hire.
        tier_last=when(col("regime") < 2009).then(col("hire") + not_negative(91 - col("before")) - 1)
        .when(col("hire") < AV1).then(months_after(col("start").cast(pl.Date), "8mo").cast(pl.Int32) - 1)
        .otherwise(col("term")),
        gross_1=max_horizontal(r(80 * col("s"), 100), "are", aref_2006, "notice"),
        gross_2=max_horizontal(r(70 * col("s"), 100), "are", aref_2006, when(col("regime") == 2009).then(col("notice"))))
    .select(
        "id",
        clock_last=when(col("regime") < 2009).then(months_after(col("hire").cast(pl.Date), "8mo"))
        .otherwise(months_after(col("hire").cast(pl.Date), "12mo")).cast(pl.Int32) - 1,
        # R6.5
        cap=r(col("gross_1") * common(col("hire"), col("term"), col("hire"), col("tier_last"))
              + col("gross_2") * common(col("hire"), col("term"), col("tier_last") + 1, col("term"))
              - min_horizontal("gross_1", "pension") * common(
                  col("hire"), min_horizontal("term", "tier_last"), col("pension_start"), col("pension_end"))
              - min_horizontal("gross_2", "pension") * common(
                  max_horizontal(col("hire"), col("tier_last") + 1), col("term"), col("pension_start"),
                  col("pension_end")), 2))
)

# R6.8: months that hold a day of two jobs.
several = job.lazy().filter(pl.len().over("id") > 1).select("id", "employer", "job_start", "job_end").collect()
two_jobs = (
    several.lazy().join(several.lazy(), on="id", suffix="_2")
    .filter((col("job_start") < col("job_start_2"))
            | ((col("job_start") == col("job_start_2")) & (col("employer") < col("employer_2"))),
            col("job_start_2") <= col("job_end"))
    .select("id", two_first=max_horizontal("job_start", "job_start_2"), two_last=min_horizontal("job_end", "job_end_2"))
    .collect()
)

# R6.3 to R6.7: what is due a month and job; each month takes what earlier ones left of the cap.
month_first, month_last = col("month").cast(pl.Int32), col("month").dt.month_end().cast(pl.Int32)
due = (
    earning.lazy().filter("proved")
    .join(qualifying.lazy(), on=["id", "employer", "job_start"]).join(frozen, on="id")
    .select(
        "id", "month", "cap", month_first=month_first, month_last=month_last,
        due=r(r(not_negative(col("former") * col("new_hours") - col("base") * col("old_hours")), col("old_hours"))
              * common(col("job_start"), col("job_last"), month_first, min_horizontal(col("clock_last"), month_last)),
              month_last - month_first + 1))
)
if two_jobs.height:
    held = (
        due.select("id", "month", "month_first", "month_last").unique().join(two_jobs.lazy(), on="id")
        .filter(col("two_first") <= col("month_last"), col("two_last") >= col("month_first")).select("id", "month")
    )
    due = due.join(held, on=["id", "month"], how="anti")
idr = (
    due.group_by("id").agg(
        idr=min_horizontal(col("cap").first(), col("due").sum())
        - min_horizontal(col("cap").first(), col("due").filter(col("month") < first).sum()))
    .collect()
)

aref_2006 = when(col("regime") == 2006).then(AREF)
ordinary = col("article_3_days").is_null()
has_pension = col("pension") > 0
amounts = (
    beneficiary.lazy()
    .join(interrupted, on="id", how="left", maintain_order="left")
    .join(idr.lazy(), on="id", how="left", maintain_order="left")
    .with_columns(
        col("idr").fill_null(0),
        before=not_negative(FIRST - col("start") - col("before").fill_null(0)),
        paid=bits(col("start"), col("term")) & ~col("days").fill_null(0))
    .filter((col("paid") > 0) | (col("idr") > 0))
    .with_columns(
        # R1.3
        days=min_horizontal(col("paid").bitwise_count_ones().cast(pl.Int64),
                            not_negative(col("article_3_days").fill_null(1_000_000) - col("before"))),
        before_pension=when(has_pension).then(
            (col("paid") & bits(lit(FIRST), col("pension_start") - 1)).bitwise_count_ones().cast(pl.Int64)).otherwise(0),
        with_pension=when(has_pension).then(
            (col("paid") & bits(col("pension_start"), col("pension_end"))).bitwise_count_ones().cast(pl.Int64)).otherwise(0),
        are=are(col("s"), col("p"), FIXED, MINIMUM),
        of_wage=r(3 * col("s"), 100),
        minimum=r(MINIMUM * col("p"), 1_000_000_000))
    .with_columns(
        # R3.1; the 70 % of crp-2009 reached no ASR.
        gross_1=when(ordinary).then(max_horizontal(r(80 * col("s"), 100), "are", aref_2006, "notice")).otherwise(col("are")),
        gross_2=max_horizontal(r(70 * col("s"), 100), "are", aref_2006),
        days_1=when((col("regime") < 2009) & ordinary)
        .then(not_negative(min_horizontal(col("days"), 91 - col("before")))).otherwise(col("days")))
    .with_columns(
        days_2=col("days") - col("days_1"),
        covered_1=not_negative(min_horizontal(col("with_pension"), col("days_1") - col("before_pension"))),
        covered=not_negative(min_horizontal(col("with_pension"), col("days") - col("before_pension"))),
        offset_1=min_horizontal("pension", "gross_1"), offset_2=min_horizontal("pension", "gross_2"))
    .with_columns(covered_2=col("covered") - col("covered_1"))
)


def participation(gross):
    return min_horizontal(col("of_wage"), not_negative(gross - col("minimum")))


def euros(name):
    return col(name) / 100


zero = lit("0.00")
payments = (
    amounts
    .with_columns(
        gross=col("gross_1") * col("days_1") + col("gross_2") * col("days_2"),
        offset=col("offset_1") * col("covered_1") + col("offset_2") * col("covered_2"),
        participation=participation(col("gross_1")) * (col("days_1") - col("covered_1"))
        + participation(col("gross_2")) * (col("days_2") - col("covered_2"))
        + participation(col("gross_1") - col("offset_1")) * col("covered_1")
        + participation(col("gross_2") - col("offset_2")) * col("covered_2"))
    .with_columns(asr_net=col("gross") - col("offset") - col("participation"))
    .filter(col("asr_net") + col("idr") > 0)
    .with_columns(net=col("asr_net") + col("idr"))
)
if order == "shuffled":
    payments = payments.sort("id")
payments.select(
    col("id").alias("beneficiary_id"), "nir", "name", "iban", lit(month).alias("month"),
    when(col("regime") == 2005).then(lit("crp-2005")).when(col("regime") == 2006).then(lit("crp-2006"))
    .otherwise(lit("crp-2009")).alias("regime"),
    col("days").alias("asr_days"), euros("gross").alias("asr_gross"), euros("offset").alias("pension_offset"),
    euros("participation"), euros("asr_net"), euros("idr"), zero.alias("arrears"), zero.alias("recovered"), euros("net"),
    (col("id") + f"-{month.replace('-', '')}").alias("end_to_end_id"),
).sink_csv(f"{out}/payments.csv", float_precision=2, engine="streaming")
