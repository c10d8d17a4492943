"""What a guest states about itself in its source, and the comparison with a report. guest.h describes the comments."""

import ast
import operator
import os
import re

COUNTS = ("allocated", "freed", "allocations", "frees", "reallocations", "mappings", "unmappings")
_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.USub: operator.neg}
_PATTERN = re.compile(
    r"(?P<kind>total |summary\b|site\b|span-total\[(?P<span>\w+)\] |own-lines\b|)(?P<function>~?\w+)?"
    r"\s*(?:\[(?P<tags>[^\]]*)\])?\s*:?\s*(?P<fields>.*)")


def number(text):
    """An integer expression of + - * and parentheses."""

    def value(node):
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return _OPERATORS[type(node.op)](value(node.operand))
        raise ValueError(f"not an integer expression: {text}")

    return value(ast.parse(text, mode="eval"))


class Expectation:
    def __init__(self, kind, function, span, tags, line, words):
        self.kind, self.function, self.span, self.tags, self.line = kind, function, span, tags, line
        self.words = [word for word in words if "=" not in word]
        self.fields = {}
        for word in words:
            if "=" in word:
                name, text = word.split("=", 1)
                self.fields[name] = None if text == "*" else number(text)

    def applies(self, tags):
        if not self.tags:
            return True
        for alternative in self.tags.split("|"):
            words = alternative.split()
            if all((word[1:] not in tags) if word.startswith("!") else (word in tags) for word in words):
                return True
        return False

    def line_fields(self):
        """The fields to compare of a report's line, with the defaults that guest.h names."""
        fields = {name: 0 for name in COUNTS}
        fields.update(self.fields)
        if "increment" not in fields:
            known = fields["allocated"] is not None and fields["freed"] is not None
            fields["increment"] = fields["allocated"] - fields["freed"] if known else None
        if "peak" not in fields:
            fields["peak"] = None if fields["increment"] is None else max(0, fields["increment"])
        fields.setdefault("seen", 1)
        return {name: value for name, value in fields.items() if value is not None}


class Expectations:
    def __init__(self, path):
        self.path, self.all, self.recursive = path, [], set()
        with open(path, encoding="utf-8") as source:
            for line, text in enumerate(source, start=1):
                for comment in re.findall(r"// expect (.*?)(?=// expect|$)", text.rstrip("\n")):
                    match = _PATTERN.fullmatch(comment.strip())
                    if match is None:
                        raise ValueError(f"{path}:{line}: cannot read: {comment}")
                    kind = match["kind"].strip().split("[")[0] or "line"
                    self.all.append(Expectation(kind, match["function"], match["span"], match["tags"], line,
                                                match["fields"].split()))
                found = re.match(r"// recurses (~?\w+)", text)
                if found:
                    self.recursive.add(found[1])

    def of(self, kind, tags):
        return [one for one in self.all if one.kind == kind and one.applies(tags)]

    def functions(self):
        """Names of the functions that the source says something about, whatever the build."""
        return sorted({one.function for one in self.all if one.kind in ("line", "total")})


def plain_name(name):
    """vectors, from (anonymous namespace)::vectors(int) const or N::T<5>::vectors."""
    name = re.sub(r"\(anonymous namespace\)", "anonymous", name)
    depth, kept = 0, []
    for char in name:
        if char in "<(":
            depth += 1
        if depth == 0:
            kept.append(char)
        if char in ">)":
            depth -= 1
    return re.sub(r"( (const|volatile|&&?))+$", "", "".join(kept)).split("::")[-1].split(" ")[-1]


def is_quiet(line):
    return all(line[name] == 0 for name in COUNTS) and line["increment"] == 0


def is_blank(line):
    return is_quiet(line) and line["mem_usage"] is None and line["peak"] is None


def _differences(where, fields, found):
    return [f"{where}: {name} is {found.get(name)!r}, expected {value}"
            for name, value in fields.items() if found.get(name) != value]


def _check_parts(where, parts, lines):
    """A statement of several lines: exactly one of its lines has its events, and it has all of them."""
    whole = next((one for one in parts if "whole:" in one.words), None)
    numbers = [one.line for one in parts]
    events = [lines[number] for number in numbers if number in lines and not is_blank(lines[number])]
    if len(events) != 1:
        return [f"{where}: {len(events)} of the lines {numbers} have events, expected 1"]
    fields = whole.line_fields()
    fields.pop("part")
    return _differences(f"{where}:{events[0]['line']}", fields, events[0])


def check_function(expectations, name, tags, function):
    """Compares every line of one function. `function` is None where the report does not have it."""
    stated = [one for one in expectations.of("line", tags) if one.function == name]
    totals = [one for one in expectations.of("total", tags) if one.function == name]
    where = f"{expectations.path}: {name}"
    if function is None:
        return [f"{where}: not in the report"] if stated or totals else []
    failures = []
    for one in totals:
        failures += _differences(f"{where} (total)", one.fields, function)
    if not any(one.function == name and one.kind == "line" for one in expectations.all):
        return failures
    if function["file"] is None or not os.path.samefile(function["file"], expectations.path):
        failures.append(f"{where}: stands in {function['file']}")
    lines = {line["line"]: line for line in function["lines"] if line["file"] is None and line["line"] is not None}
    parts, compared = {}, set()
    for one in stated:
        compared.add(one.line)
        if "part" in one.fields:
            parts.setdefault(one.fields["part"], []).append(one)
            continue
        if "any" in one.words:
            continue
        found = lines.get(one.line)
        if "quiet" in one.words:
            if found is not None and not is_quiet(found):
                failures.append(f"{where}:{one.line}: expected no bytes and no counts, found {found}")
        elif found is None or is_blank(found):
            failures.append(f"{where}:{one.line}: no events, expected {one.line_fields()}")
        else:
            failures += _differences(f"{where}:{one.line}", one.line_fields(), found)
    for members in parts.values():
        failures += _check_parts(where, members, lines)
    for line in function["lines"]:
        stranger = line["file"] is not None or line["line"] not in compared
        if stranger and not is_blank(line):
            failures.append(f"{where}:{line['file'] or ''}:{line['line']}: events where none are expected: {line}")
    return failures


def find_function(report, name):
    found = [one for one in report["functions"] if plain_name(one["name"]) == name]
    if len(found) > 1:
        raise AssertionError(f"{len(found)} functions are called {name}: {[one['signature'] for one in found]}")
    return found[0] if found else None


def check_report(expectations, tags, report):
    failures = []
    for name in expectations.functions():
        failures += check_function(expectations, name, tags, find_function(report, name))
    return failures


def check_conservation(expectations, report):
    """The increments of a function's lines add up to its own, and so do its counts."""
    failures = []
    for function in report["functions"]:
        if plain_name(function["name"]) in expectations.recursive:
            continue
        for field in ("increment",) + COUNTS:
            total = sum(line[field] for line in function["lines"])
            if total != function[field]:
                failures.append(f"{expectations.path}: {function['name']}: {field} of its lines add up to {total}, "
                                f"its own is {function[field]}")
    return failures


def check_summary(expectations, tags, summary):
    failures = []
    for one in expectations.of("summary", tags):
        failures += _differences(f"{expectations.path}: summary", one.fields, summary)
    net = summary["allocated"] - summary["freed"]
    if net != summary["at_end"]:
        failures.append(f"{expectations.path}: allocated - freed is {net}, at_end {summary['at_end']}")
    return failures


def check_sites(expectations, tags, top):
    failures = []
    own = [site for site in top["sites"] if site["file"] is not None]
    for one in expectations.of("site", tags):
        found = [site for site in own if site["line"] == one.line and site["file"].endswith(expectations.path)]
        if len(found) != 1:
            failures.append(f"{expectations.path}:{one.line}: {len(found)} sites in top, expected 1")
        else:
            failures += _differences(f"{expectations.path}:{one.line} (site)", one.fields, found[0])
    if expectations.of("own-lines", tags):
        for site in own:
            if not site["file"].endswith(expectations.path.rsplit("/", 1)[-1]):
                failures.append(f"{expectations.path}: a site in somebody else's file: {site}")
    for field in ("allocated", "allocations", "at_end", "temporary", "temporary_bytes"):
        total = sum(site[field] for site in top["sites"])
        if total != top["totals"][field]:
            failures.append(f"{expectations.path}: top: {field} of all sites is {total}, in totals "
                            f"{top['totals'][field]}")
    at_peak = sum(site["at_peak"] for site in top["sites"])
    if at_peak != top["totals"]["peak"]:
        failures.append(f"{expectations.path}: top: at_peak of all sites is {at_peak}, the peak {top['totals']['peak']}")
    return failures
