#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the tests notice when the library is wrong? Changes one operator, constant, comparison, condition,
statement or returned value in include/ at a time, builds the tests that concern the header (-O0), and
says whether one of them fails: the mutant is killed, or it survives. Mutants that don't compile
("stillborn") count for nothing. The tree itself isn't touched: the changed header stands in build/mutate,
in front of the real one.

    scripts/mutate.py --sample 60 --seed 1 --report build/mutate/report.md
    scripts/mutate.py --sample 10 --room schedule
    scripts/mutate.py --only include/eigentrain/core/power.hpp

The same seed gives the same mutants. Mutants are drawn in groups of --group to a header, as many headers
of each room as of any other.
"""
import argparse
import concurrent.futures
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include/eigentrain"
SCRATCH = ROOT / "build/mutate"
FLAGS = ["-std=c++20", "-O0", "-DNDEBUG", "-w", "-I", str(ROOT / "include"),
         "-I", str(ROOT / "tests"), "-I", str(ROOT / "examples"), "-I", str(ROOT),
         "-isystem", "/usr/include/eigen3"]
SWAPS = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=",
         "!=": "==", "&&": "||", "||": "&&", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=",
         "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "|"}
# Lines that no test of values can be about: alignment, attributes, hints, what a message says, what is
# forbidden; by which of two ways to the same bits a compiler goes.
DULL = re.compile(r"align|\basm\b|\[\[|__attribute__|prefetch|noexcept|_mm|operator|friend|concept|requires|"
                  r"\bnamespace\b|\busing\b|template <|EIGENTRAIN_WIDE_ASM|= (?:delete|default);")


def code_only(text):
    """The text with comments, strings, directives and assertions blanked, each character in its place."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', blank, text, flags=re.S)
    text = re.sub(r"^[ ]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)
    return re.sub(r"\bstatic_assert\s*\([^;]*;", blank, text)


def closing(code, start):
    """Where the bracket that opens at `start` is closed."""
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0:
            return at
    return len(code)


def changes_nothing(code, start, end):
    """Whether another number at this place is the same program: the lane of an Exact, which has one and
    ignores its number; from how many elements on it is worth calling a thread, where the bits are the same
    on any number of threads."""
    if re.search(r"constexpr Index worth = Index\(1\) << $", code[:start][-60:]):
        return True
    if code[start - 1] != "[" or code[end] != "]" or code[start:end] != "0":
        return False
    def is_exact(name):
        return bool(re.search(rf"\bExact&? {name}(?: =|[;({{,)])", code))

    name = re.search(r"(?<![\w.>])(\w+)\[$", code[:start])
    if name:
        return is_exact(name.group(1))
    if code[start - 2] != ")":
        return False
    depth, at = 1, start - 3
    while depth > 0:
        depth += (code[at] == ")") - (code[at] == "(")
        at -= 1
    call = re.search(r"\w+$", code[:at + 1])
    if call:
        return bool(re.search(rf"\bExact {call.group()}\(", code))
    # Arithmetic with an Exact is one.
    operands = re.findall(r"(?<![\w.>])\w+(?![\w(\[.])", code[at:start])
    return code[at] != ">" and ("Exact(" in code[at:start] or any(map(is_exact, operands)))


def sites(header):
    """All mutants of a header: (from, to, what stands there instead)."""
    text = header.read_text()
    code = code_only(text)
    found = []

    def add(start, end, after):
        first = code.rfind("\n", 0, start) + 1
        if not DULL.search(code[first:code.find("\n", start)]):
            found.append((start, end, after))

    # clang-format puts spaces around what has two operands, and around nothing else.
    for match in re.finditer(r"(?<= )(\+|-|\*|/|<=?|>=?|[=!]=|&&|\|\||[-+*/]=|<<|>>|&|\||\^)(?=[ \n])", code):
        add(*match.span(), SWAPS[match.group()])
    for match in re.finditer(r"(?<![\w.'])(\d[\d']*(?:\.\d+)?(?:e[-+]?\d+)?)(?![\w.])", code):
        number = match.group().replace("'", "")
        if changes_nothing(code, *match.span()):
            continue
        if re.fullmatch(r"\d+", number):
            add(*match.span(), {"0": "1", "1": "0"}.get(number, str(int(number) + 1)))
        else:
            add(*match.span(), {"0.0": "1.0", "1.0": "0.0"}.get(number, f"{float(number) * 1.25!r}"))
    for match in re.finditer(r"\b(true|false)\b", code):
        add(*match.span(), "false" if match.group() == "true" else "true")
    for match in re.finditer(r"\bif (?:constexpr )?\(", code):
        end = closing(code, match.end() - 1)
        add(match.end() - 1, end + 1, f"(!({text[match.end():end]}))")
    for match in re.finditer(r"(?<=[;{}])\s*\n\s*(?=(?!return|throw|using|else|case|delete|static)"
                             r"[\w:.\[\]]+(?:->\w+)?\s*(?:\(|[-+*/|&^]?= |\+\+))([^;{}]*;)", code):
        statement = match.group(1)
        if statement.count("(") == statement.count(")"):
            add(match.start(1), match.end(1), ";")
    for match in re.finditer(r"\breturn ([^;{}\[\]]+);", code):
        value = text[match.start(1):match.end(1)]
        if value not in ("true", "false", "0", "*this"):
            add(match.start(1), match.end(1), f"std::remove_cvref_t<decltype({value})>{{}}")
    return sorted(set(found))


def includes(path):
    return re.findall(r'#include "(?:eigentrain|support)/([^"]+)"', path.read_text())


def tests_of(header, most):
    """The test at the header's path and what its head names, then the tests of several headers in its
    room, of the headers that include it, and others that do, the closest first."""
    name = str(header.relative_to(HEADERS))
    sources = sorted(path for path in (ROOT / "tests").glob("*/*.cpp")
                     if path.parent.name not in ("support", "compile_fail", "structure", "consume",
                                                 "golden", "examples") and path.stem != "race")
    using = {name}  # headers through which it gets into a test, one more step outwards every time
    graph = {str(path.relative_to(HEADERS)): includes(path) for path in HEADERS.glob("*/*.hpp")}
    graph.update({path.name: includes(path) for path in (ROOT / "tests/support").glob("*.hpp")})
    def test_at(path):
        return ROOT / "tests" / pathlib.Path(path).with_suffix(".cpp")

    own = test_at(name)
    ranked = []
    if own.exists():  # its head may say: More is in norms.cpp and threads/norms.cpp.
        more = re.findall(r"\w+(?:/\w+)*\.cpp", own.read_text()[:400])
        ranked = [own, *(path for path in sources if path != own and (
            path.name in more and path.parent == own.parent
            or f"{path.parent.name}/{path.name}" in more))]
    if re.search("Options|State {", header.read_text()):  # of all headers' options
        ranked.append(ROOT / "tests/optim/defaults.cpp")
    for _ in range(4):
        # The table of optimizers takes minutes to compile; its tests come under other names too.
        of_users = [test_at(other) for other, needs in graph.items() if using & set(needs)]
        near = [path for path in sources if (path in of_users or using & set(includes(path)))
                and path not in ranked and "optimizers.hpp" not in includes(path)]
        # First those of several headers in this room: ranges.cpp, golden_norms.cpp.
        ranked += sorted(near, key=lambda path: (path.stem != header.stem,
                                                 path.parent.name != header.parent.name or
                                                 str(path.relative_to(ROOT / "tests").with_suffix(
                                                     ".hpp")) in graph,
                                                 path not in of_users,
                                                 path.parent.name != header.parent.name,
                                                 path.stat().st_size))
        using |= {other for other, needs in graph.items() if using & set(needs)}
    return ranked[:most]


def build(source, program, overlay, sanitized=False):
    """Builds a test with the headers of `overlay` before the others; did it compile?"""
    how = ["g++", "-fopenmp", "-include", str(SCRATCH / "first.hpp"), str(SCRATCH / "allocations.o")]
    if sanitized:  # as in CI
        how = ["clang++-19", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
               str(ROOT / "tests/support/allocations.cpp")]
    return subprocess.run([*how, "-I", str(overlay), *FLAGS, str(source), str(SCRATCH / "main.o"),
                           "-o", str(program), "-lz"], capture_output=True, check=False).returncode == 0


def passes(program, limit):
    """Runs a test for at most `limit` seconds of a processor, so that a busy machine kills no mutant."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return subprocess.run(["sh", "-c", f"ulimit -t {limit}; exec {program}"], cwd=folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  timeout=10 * limit, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            return False


class Baseline:
    """Which tests pass here when nothing is changed, and in how many seconds; asked only where one of
    them fails or can't be built."""

    def __init__(self):
        self.seconds = {}

    def limit(self, test):
        """Seconds for a mutant."""
        return 20 + 10 * (self.seconds.get(test) or 7)

    def is_good(self, test, folder):
        if test not in self.seconds:
            source, sanitized = test
            program = folder / "unchanged"
            good = build(source, program, folder / "nothing", sanitized)
            start = time.monotonic()
            good = good and passes(program, self.limit(test))
            self.seconds[test] = math.ceil(time.monotonic() - start) if good else None
        return self.seconds[test] is not None


def try_mutant(mutant, baseline, most):
    """killed, survived, stillborn or untested, and by which test."""
    header, (start, end, after) = mutant
    text = header.read_text()
    with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
        folder = pathlib.Path(name)
        changed = folder / "include/eigentrain" / header.relative_to(HEADERS)
        changed.parent.mkdir(parents=True)
        changed.write_text(text[:start] + after + text[end:])
        tried = tests_of(header, most)
        verdict = "untested"
        # The first once more, with ASan and UBSan, as CI runs them all.
        for test in [(source, False) for source in tried] + [(source, True) for source in tried[:1]]:
            if not build(test[0], folder / "program", folder / "include", test[1]):
                if baseline.is_good(test, folder):
                    return "stillborn", test[0]
            elif passes(folder / "program", baseline.limit(test)):
                verdict = "survived"
            elif baseline.is_good(test, folder):
                return "killed", test[0]
        return verdict, None


def prepare():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    (SCRATCH / "first.hpp").write_text('#include <Eigen/Core>\n#include "support/catch.hpp"\n')
    for name in ("main", "allocations"):
        if (SCRATCH / f"{name}.o").exists():
            continue
        subprocess.run(["g++", "-fopenmp", *FLAGS, "-c", str(ROOT / f"tests/support/{name}.cpp"), "-o",
                        str(SCRATCH / f"{name}.o")], check=True)
    subprocess.run(["g++", "-fopenmp", *FLAGS, "-x", "c++-header", str(SCRATCH / "first.hpp"), "-o",
                    str(SCRATCH / "first.hpp.gch")], check=True)


def draw(arguments):
    """The mutants to try: groups of one header each, the rooms by turns."""
    order = random.Random(arguments.seed)
    rooms = {}
    for header in sorted(HEADERS.glob("*/*.hpp")):
        here = sites(header)
        if (arguments.only and header not in [path.resolve() for path in arguments.only]
                or arguments.room and header.parent.name not in arguments.room or not here):
            continue
        group = here if arguments.only else order.sample(here, min(arguments.group, len(here)))
        rooms.setdefault(header.parent.name, []).append([(header, site) for site in group])
    for groups in rooms.values():
        order.shuffle(groups)
    drawn = []
    while rooms and len(drawn) < arguments.sample:
        for room in list(rooms):
            drawn += rooms[room].pop()
            if not rooms[room]:
                del rooms[room]
    return drawn[:arguments.sample]


def describe(mutant):
    header, (start, end, after) = mutant
    text = header.read_text()
    line = text.count("\n", 0, start) + 1
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    squeeze = " ".join
    return (f"{header.relative_to(ROOT)}:{line}", squeeze(text[first:last].split()),
            squeeze((text[first:start] + after + text[end:last]).split()))


def interval(killed, of):
    """Wilson's 95% interval of a share, in words."""
    z = 1.96
    middle = (killed + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * math.sqrt(killed * (of - killed) / of + z * z / 4)
    return f"{middle - half:.0%} to {middle + half:.0%}"


def report(results, arguments, out):
    rooms = sorted({mutant[0].parent.name for mutant, _, _ in results})
    out.write(f"`scripts/mutate.py {' '.join(sys.argv[1:])}` (seed {arguments.seed})\n\n"
              "| room | killed | survived | share killed | stillborn |\n|---|---|---|---|---|\n")
    for room in [*rooms, "all"]:
        said = [verdict for mutant, verdict, _ in results if room in ("all", mutant[0].parent.name)]
        killed, survived = said.count("killed"), said.count("survived")
        share = f"{killed / (killed + survived):.0%}" if killed + survived else "-"
        out.write(f"| {room} | {killed} | {survived} | {share} | {said.count('stillborn')} |\n")
    if killed + survived:
        out.write(f"\nOf all mutants {interval(killed, killed + survived)} would die (a 95% interval).\n")
    out.write("\nSurvivors:\n\n")
    for mutant, verdict, _ in results:
        if verdict in ("survived", "untested"):
            place, before, after = describe(mutant)
            out.write(f"- {place} ({verdict})\n  `{before}` →\n  `{after}`\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sample", type=int, default=60, help="how many mutants (60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", action="append", help="core, init, ...; may come several times")
    parser.add_argument("--only", action="append", type=pathlib.Path, help="a header: all its mutants")
    parser.add_argument("--group", type=int, default=3, help="mutants of a header that is drawn (3)")
    parser.add_argument("--tests", type=int, default=5, help="tests to try for a mutant (5)")
    parser.add_argument("--jobs", "-j", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="draw no more after this time")
    parser.add_argument("--report", type=pathlib.Path, help="write the report there too")
    parser.add_argument("--list", action="store_true", help="only show the mutants")
    parser.add_argument("--retry", type=pathlib.Path, help="of these, only the survivors of a report")
    arguments = parser.parse_args()
    if arguments.only:
        arguments.sample = 10**6
    drawn = draw(arguments)
    if arguments.retry:
        known = arguments.retry.read_text()
        drawn = [mutant for mutant in drawn
                 if "{} (survived)\n  `{}` →\n  `{}`\n".format(*describe(mutant)) in known]
    if arguments.list:
        for mutant in drawn:
            print("{}\n  {}\n  {}".format(*describe(mutant)))
        return
    prepare()
    baseline, results, start = Baseline(), [], time.monotonic()

    def one(mutant):
        if time.monotonic() - start > arguments.minutes * 60:
            return
        verdict, by = try_mutant(mutant, baseline, arguments.tests)
        results.append((mutant, verdict, by))
        spent = time.monotonic() - start
        left = min(spent / len(results) * (len(drawn) - len(results)), arguments.minutes * 60 - spent)
        place, before, after = describe(mutant)
        print(f"[{len(results)}/{len(drawn)}, {left / 60:.0f} min left] {verdict}"
              f"{' by ' + str(by.relative_to(ROOT)) if by else ''}: {place}\n    {before}\n    {after}",
              flush=True)

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(one, drawn))
    results.sort(key=lambda result: describe(result[0])[0])
    report(results, arguments, sys.stdout)
    if arguments.report:
        with arguments.report.open("w") as out:
            report(results, arguments, out)


if __name__ == "__main__":
    main()
