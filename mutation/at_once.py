"""Lays out all mutants of a list in one build, and tries each with the tests: MUTANT=7 makes the seventh one act.

    at_once.py TREE LIST.json OUT

TREE is the crate as `run` lays it out, LIST.json what `cargo mutants --list --json` says of it. Each mutant becomes a branch of the
source: `a < b` becomes `(if crate::mutant(7) { a <= b } else { a < b })`. Those that don't compile are taken out again. OUT gets
caught.txt, missed.txt, timeout.txt, unviable.txt and apart.txt: the last ones can't be branches (constant functions, chains of `let`, `impl Trait`)
and are tried one by one.
"""
import collections
import json
import os
import pathlib
import resource
import subprocess
import sys

import tree_sitter
import tree_sitter_rust

TREE, LIST, OUT = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text()), pathlib.Path(sys.argv[3])
CASES = int(os.environ.get("MUTATION_CASES", "60"))
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))
UNARY_OR_BINARY = {
    "BinaryOperator": ("binary_expression", "compound_assignment_expr"),
    "UnaryOperator": ("unary_expression",),
}


class Source:
    """A file with its mutants; renders itself with those that are alive."""

    def __init__(self, path, mutants):
        self.path, self.text = path, (TREE / path).read_bytes()
        self.lines = [0]
        for line in self.text.split(b"\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        root = PARSER.parse(self.text).root_node
        # What is replaced, from where to where: by place, so that several mutants of one operator share it.
        self.places = {}
        self.apart = []
        for number, mutant in mutants:
            place = self.place(root, mutant)
            if place is None:
                self.apart.append(number)
            else:
                self.places.setdefault(place, []).append((number, mutant["replacement"]))

    def offset(self, at):
        start = self.lines[at["line"] - 1]
        line = self.text[start : self.lines[at["line"]]].decode()
        return start + len(line[: at["column"] - 1].encode())

    def place(self, root, mutant):
        start, end = self.offset(mutant["span"]["start"]), self.offset(mutant["span"]["end"])
        genre = mutant["genre"]
        if genre == "FnValue" and "impl " in mutant["function"]["return_type"]:
            # Two branches would be two types.
            return None
        if genre in ("FnValue", "MatchArmGuard"):
            return (start, end, genre)
        node = root.descendant_for_byte_range(start, end)
        if genre == "MatchArm":
            while node is not None and node.type != "match_arm":
                node = node.parent
            pattern = node and node.child_by_field_name("pattern")
            condition = pattern and pattern.child_by_field_name("condition")
            if condition:
                return (condition.start_byte, condition.end_byte, "ArmWithGuard")
            return pattern and (pattern.end_byte, pattern.end_byte, "Arm")
        while node is not None and node.type not in UNARY_OR_BINARY[genre]:
            node = node.parent
        if node is None:
            return None
        if genre == "UnaryOperator":
            fits = node.start_byte == start
            return (node.start_byte, node.end_byte, genre, end) if fits else None
        operator = node.child_by_field_name("operator")
        fits = operator is not None and (operator.start_byte, operator.end_byte) == (start, end)
        return (node.start_byte, node.end_byte, genre, start, end) if fits else None

    def render(self, dead):
        """The text, and where each mutant stands in it."""
        alive = {}
        for place, mutants in self.places.items():
            kept = [mutant for mutant in mutants if mutant[0] not in dead]
            if kept:
                alive[place] = kept
        # Outer places first; of two that start together the longer one, and what is inserted before what is replaced.
        order = sorted(alive, key=lambda place: (place[0], place[2] != "FnValue", -place[1]))
        out, found = bytearray(), []

        def emit(start, end, places):
            at = start
            places = collections.deque(places)
            while places:
                place = places.popleft()
                inner = []
                if place[2] != "FnValue":
                    while places and places[0][0] < place[1]:
                        inner.append(places.popleft())
                out.extend(self.text[at : place[0]])
                at = branch(place, inner)
            out.extend(self.text[at:end])

        def within(start, end, inner):
            emit(start, end, [place for place in inner if start <= place[0] and place[1] <= end])

        def branch(place, inner):
            start, end, genre = place[:3]
            mutants = alive[place]
            if genre == "FnValue":
                for number, instead in mutants:
                    begin = len(out)
                    out.extend(f"if crate::mutant({number}) {{ return {instead}; }} ".encode())
                    found.append((begin, len(out), number))
                return start
            if genre in ("Arm", "ArmWithGuard"):
                begin = len(out)
                out.extend(b" if " if genre == "Arm" else b"")
                out.extend(b" && ".join(f"!crate::mutant({number})".encode() for number, _ in mutants))
                found.extend((begin, len(out), number) for number, _ in mutants)
                if genre == "ArmWithGuard":
                    out.extend(b" && (")
                    emit(start, end, inner)
                    out.extend(b")")
                return end
            out.extend(b"(")
            for number, instead in mutants:
                begin = len(out)
                out.extend(f"if crate::mutant({number}) {{ ".encode())
                if genre == "MatchArmGuard":
                    out.extend(instead.encode())
                elif genre == "UnaryOperator":
                    within(place[3], end, inner)
                else:
                    within(start, place[3], inner)
                    out.extend(f" {instead} ".encode())
                    within(place[4], end, inner)
                out.extend(b" } else ")
                found.append((begin, len(out), number))
            out.extend(b"{ ")
            emit(start, end, inner)
            out.extend(b" })")
            return end

        emit(0, len(self.text), order)
        return bytes(out), found


def cargo(*args):
    command = ["cargo", *args, "--message-format", "json", "--locked"]
    ran = subprocess.run(command, cwd=TREE, capture_output=True, text=True, env={**os.environ, "RUSTFLAGS": "-Awarnings"})
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")], ran.stderr


def build(sources):
    """The test with all mutants that compile; and the others by why."""
    dead, unviable, apart = set(), set(), {number for source in sources for number in source.apart}
    for _ in range(40):
        rendered = {}
        for source in sources:
            text, found = source.render(dead)
            (TREE / source.path).write_bytes(text)
            rendered[str(source.path)] = found
        status, messages, told = cargo("check", "--lib", "--profile", "test")
        if status == 0:
            break
        before = len(dead)
        for message in messages:
            if message.get("reason") != "compiler-message" or message["message"]["level"] != "error":
                continue
            code = (message["message"]["code"] or {}).get("code")
            for span in message["message"]["spans"]:
                found = rendered.get(span["file_name"], [])
                inside = [one for one in found if one[0] <= span["byte_start"] and span["byte_end"] <= one[1]]
                if inside:
                    # The narrowest one is at fault.
                    number = min(inside, key=lambda one: one[1] - one[0])[2]
                    dead.add(number)
                    # E0015: no branch in a constant function. E0658: none in a chain of `let`.
                    (apart if code in ("E0015", "E0658") else unviable).add(number)
        if len(dead) == before:
            sys.exit("the tree with all mutants does not compile:\n" + told[-4000:] + "".join(
                message["message"]["rendered"] for message in messages if message.get("reason") == "compiler-message"
                and message["message"]["level"] == "error")[:4000])
    status, messages, told = cargo("test", "--lib", "--no-run")
    if status:
        sys.exit(told[-4000:])
    paths = [message["executable"] for message in messages if message.get("reason") == "compiler-artifact"]
    return [path for path in paths if path][-1], unviable, apart - unviable


def limits():
    # A mutant that never ends must not take the machine along.
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def passes(test, number, cases, filters, seconds=20):
    environment = {**os.environ, "MUTANT": str(number), "PROPTEST_CASES": str(cases), "RUST_BACKTRACE": "0"}
    command = [test, "-q", *filters, "--skip", "the_cases_reach_every_corner"]
    try:
        ran = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, timeout=seconds, preexec_fn=limits)
    except subprocess.TimeoutExpired:
        return None
    return ran.returncode == 0


# From quick to slow: most mutants end in the first one.
STAGES = [(CASES, ["law_tables::"]), (CASES, ["law::", "settle::"]), (CASES, ["properties::", "grounds::"]),
          (10 * CASES, ["properties::", "grounds::"])]


def main():
    numbered = list(enumerate(LIST, start=1))
    by_file = collections.defaultdict(list)
    for number, mutant in numbered:
        by_file[mutant["file"]].append((number, mutant))
    sources = [Source(pathlib.Path(path), mutants) for path, mutants in by_file.items()]
    test, unviable, apart = build(sources)
    OUT.mkdir(parents=True, exist_ok=True)
    files = {name: (OUT / f"{name}.txt").open("w") for name in ("caught", "missed", "timeout", "unviable", "apart")}
    for cases, filters in STAGES:
        if not passes(test, 0, cases, filters):
            sys.exit(f"without a mutant, {filters} fail: MUTANT=0 {test}")
    for number, mutant in numbered:
        if number in unviable:
            name = "unviable"
        elif number in apart:
            name = "apart"
        else:
            name = "missed"
            for cases, filters in STAGES:
                passed = passes(test, number, cases, filters)
                if not passed:
                    name = "timeout" if passed is None else "caught"
                    break
        print(mutant["name"], file=files[name], flush=True)
        if name in ("missed", "timeout"):
            print(f"{name}: {mutant['name']}", flush=True)


main()
