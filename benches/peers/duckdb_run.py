"""The month in DuckDB: duckdb_run.py MONTH EXPORTS OUT THREADS"""
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
