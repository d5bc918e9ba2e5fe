"""The month in DuckDB: duckdb_run.py MONTH EXPORTS OUT THREADS

Tried and left: a temporary table for each step instead of one statement (a tenth slower), reading beneficiaries.csv once for
the sums and again for the texts (a quarter slower), DECIMAL instead of DOUBLE columns (a tenth slower), no ORDER BY for sorted
exports with preserve_insertion_order (joins lose the order).
"""
import pathlib
import sys

import duckdb

import law


def main():
    month, exports, out, threads = sys.argv[1:]
    first, last = law.days(month)
    fixed, minimum, aref = law.values(month)
    table = ", ".join(f"(DATE '{entry[0]}', {entry[1]}, {entry[2]}, {entry[3]})" for entry in law.VALUES)
    names = dict(month=month, compact=month.replace("-", ""), exports=exports, out=out, first=first, last=last, law=table,
                 fixed=fixed, minimum=minimum, aref=aref)
    sql = pathlib.Path(__file__).with_name("duckdb.sql").read_text()
    for name, value in names.items():
        sql = sql.replace("{" + name + "}", str(value))
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}; SET preserve_insertion_order = false; SET enable_progress_bar = false")
    connection.execute(sql)


main()
