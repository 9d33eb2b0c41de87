#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `llvm-cov export` says of the headers, by room, in Markdown: coverage.py <json> <root> <room>...

A template has one record an instantiation and, never instantiated, none at all. So a line, branch or
function counts as run if it is in any instantiation, and every line in the body of a function that has no
record counts as not run.
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


def main():
    data = json.loads(pathlib.Path(sys.argv[1]).read_text())["data"][0]
    root = pathlib.Path(sys.argv[2]).resolve() / "include/eigentrain"
    files = {entry["filename"]: entry for entry in data["files"]}
    functions = collections.defaultdict(lambda: [0, ""])  # (file, line) -> runs, a name
    for entry in data["functions"]:
        function = functions[(entry["filenames"][0], entry["regions"][0][0])]
        function[0] += entry["count"]
        function[1] = entry["name"].split(":")[-1]
    print("| room | lines | branches | functions |\n|---|---|---|---|")
    missed = []
    for room in sys.argv[3:]:
        sums = collections.Counter()
        for header in sorted((root / room).glob("*.hpp")):
            entry = files.get(str(header), {"segments": [], "branches": []})
            text_lines, starts = bodies(header.read_text())
            lines = line_counts(entry["segments"])
            never = {line for line in text_lines if line not in lines}
            sums["lines"] += len(lines) + len(never)
            sums["lines run"] += sum(count > 0 for count in lines.values())
            ways = collections.defaultdict(lambda: [0, 0])  # by place, over all instantiations
            for branch in entry["branches"]:
                ways[tuple(branch[:4])][0] += branch[4]
                ways[tuple(branch[:4])][1] += branch[5]
            sums["branches"] += 2 * len(ways)
            sums["branches run"] += sum((way[0] > 0) + (way[1] > 0) for way in ways.values())
            known = {line: said for (name, line), said in functions.items() if name == str(header)}
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
    print("\nFunctions that no test runs:\n")
    print("\n".join(missed) or "none")


if __name__ == "__main__":
    main()
