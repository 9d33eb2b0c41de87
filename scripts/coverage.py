#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `llvm-cov export` says of the headers, by room, in Markdown; coverage.sh runs it in its folder:

    coverage.py <root> <least> <room>... -- <program>...

It fails if fewer than <least> percent of all lines are run.


A template has one record an instantiation and, never instantiated, none at all. So a line, branch or
function counts as run if it is in any instantiation, and every line in the body of a function that has no
record counts as not run. The programs are asked one by one: of a function that one of them doesn't call
and another does, llvm-cov would take the first's record only.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

BODY = re.compile(r"(\)|\bconst|\bnoexcept|\boverride|\bmutable|\bEIGENTRAIN_\w+|-> [^;{}]+|\)\s*:\s[^;]*[)}])\s*$")


def bodies(text):
    """The lines of the text with statements inside functions, and where each function begins."""
    text = re.sub(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^[ ]*#(?:[^\n]*\\\n)*[^\n]*',
                  lambda match: re.sub(r"[^\n]", " ", match.group()), text, flags=re.M)
    lines, starts, depths, last = set(), {}, [], 0
    for at, sign in enumerate(text):
        if sign not in "{};":
            continue
        line = text.count("\n", 0, at) + 1
        before = text[last:at]
        if sign == "{":
            function = bool(depths and depths[-1]) or bool(BODY.search(before))
            if function and not (depths and depths[-1]):
                names = re.findall(r"(operator\W+|~?\w+)\s*\(", re.split(r"\)\s*:\s", before)[0])
                starts[line] = names[0] if names else "?"
            depths.append(function)
        elif sign == "}":
            if depths:
                depths.pop()
        elif depths and depths[-1] and before.strip():
            lines.add(line)
        last = at + 1
    return lines, starts


def line_counts(segments):
    """Runs of each line, as llvm-cov counts them: the most of its regions, else those of the one around."""
    by_line = collections.defaultdict(list)
    for segment in segments:
        by_line[segment[0]].append(segment)
    counts, around = {}, None
    for line in range(segments[0][0], segments[-1][0] + 1) if segments else []:
        here = by_line.get(line, [])
        entries = [s for s in here if s[3] and s[4] and not s[5]]
        inside = around is not None and around[3]
        if entries or (inside and not (here and not here[0][3] and here[0][4])):
            counts[line] = max([s[2] for s in entries] + ([around[2]] if inside else []))
        if here:
            around = here[-1]
    return counts


def share(part, whole):
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "none"


class Seen:
    """Runs of lines, of branches and of functions, the most in any program."""

    def __init__(self):
        self.lines = collections.defaultdict(lambda: collections.defaultdict(int))  # file, line
        self.ways = collections.defaultdict(lambda: collections.defaultdict(int))  # file, place and way
        self.functions = collections.defaultdict(dict)  # file, line: runs, a name

    def add(self, data):
        for entry in data["files"]:
            lines, ways = self.lines[entry["filename"]], self.ways[entry["filename"]]
            for line, count in line_counts(entry["segments"]).items():
                lines[line] = max(lines[line], count)
            for branch in entry["branches"]:
                for way in (0, 1):
                    ways[(*branch[:4], way)] += branch[4 + way]
        for entry in data["functions"]:
            known, line = self.functions[entry["filenames"][0]], entry["regions"][0][0]
            name = entry["name"].split(":")[-1]
            known[line] = (max(entry["count"], known.get(line, (0, ""))[0]), name)


def main():
    split = sys.argv.index("--")
    root = pathlib.Path(sys.argv[1]).resolve() / "include/eigentrain"
    least, rooms, programs = float(sys.argv[2]), sys.argv[3:split], sys.argv[split + 1:]
    seen = Seen()
    for program in programs:
        said = subprocess.run(["llvm-cov-19", "export", program, "-instr-profile=tests.profdata",
                               "-sources", *(str(root / room) for room in rooms)],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        seen.add(json.loads(said.stdout)["data"][0])
    print("| room | lines | branches | functions |\n|---|---|---|---|")
    missed, all_sums = [], collections.Counter()
    for room in rooms:
        sums = collections.Counter()
        for header in sorted((root / room).glob("*.hpp")):
            lines, known = seen.lines[str(header)], seen.functions[str(header)]
            ways = seen.ways[str(header)]
            text_lines, starts = bodies(header.read_text())
            sums["lines"] += len(lines.keys() | text_lines)
            sums["lines run"] += sum(count > 0 for count in lines.values())
            sums["branches"] += len(ways)
            sums["branches run"] += sum(count > 0 for count in ways.values())
            names = {line: name for line, (runs, name) in known.items() if runs == 0}
            if names:
                said = subprocess.run(["llvm-cxxfilt-19"], input="\n".join(names.values()), text=True,
                                      capture_output=True, check=True).stdout.splitlines()
                names = dict(zip(names, said))
            names.update({line: name + ", never instantiated" for line, name in starts.items()
                          if line not in lines and line not in known})
            sums["functions"] += len(known.keys() | names.keys())
            sums["functions run"] += sum(runs > 0 for runs, _ in known.values())
            missed += [f"- {room}/{header.name}:{line} `{name}`" for line, name in sorted(names.items())]
        print("|", room, *(f"| {share(sums[what + ' run'], sums[what])}"
                           for what in ("lines", "branches", "functions")), "|")
        all_sums += sums
    print("| all", *(f"| {share(all_sums[what + ' run'], all_sums[what])}"
                     for what in ("lines", "branches", "functions")), "|")
    print("\nFunctions that none of these tests runs:\n")
    print("\n".join(missed) or "none")
    if 100 * all_sums["lines run"] < least * all_sums["lines"]:
        sys.exit(f"the tests run fewer than {least}% of the lines")


if __name__ == "__main__":
    main()
