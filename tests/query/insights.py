"""As much of Logs Insights QL as the text of `stscope query cloudwatch` uses, in the plainest way.

It stands in for an engine that nobody can run outside AWS: it shows that the text decides as stscope
does, not that AWS takes it. Every command but the first begins a line with `| `; functions are those
of https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html.
"""

import collections
import re

TOKEN = re.compile(r'\s*(?:"([^"]*)"|(!=|[=(),])|([A-Za-z_@][\w.]*)|(\d+))')
# case() takes no more.
MOST_BRANCHES = 10


def run(question, records):
    lines = [line for line in question.splitlines() if not line.startswith("#")]
    commands = re.split(r"^\| ", "\n".join(lines).strip(), flags=re.MULTILINE)
    rows = [flattened(record) for record in records]
    for command in commands:
        word, rest = command.strip().split(None, 1)
        rows = COMMANDS[word](rest, rows)
    return rows


def flattened(value, name=""):
    """The fields of an event, by their paths. null is no field."""
    if isinstance(value, dict):
        fields = {}
        for key, one in value.items():
            fields.update(flattened(one, f"{name}.{key}" if name else key))
        return fields
    if value is None or isinstance(value, list):
        return {}
    return {name: value if isinstance(value, str) else str(value)}


# --- expressions --------------------------------------------------------------------------------


class Parser:
    """Turns a text into functions from a row to a value; None is no value."""

    def __init__(self, text):
        self.tokens = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = TOKEN.match(text, at)
            assert match, f"not understood: {text[at:]!r}"
            string, sign, name, number = match.groups()
            if string is not None:
                self.tokens.append(("text", string))
            elif number is not None:
                self.tokens.append(("number", int(number)))
            else:
                self.tokens.append(("word", sign or name))
            at = match.end()

    def next_is(self, word):
        return bool(self.tokens) and self.tokens[0] == ("word", word)

    def take(self, word=None):
        kind, value = self.tokens.pop(0)
        assert word is None or (kind, value) == ("word", word), f"{value!r} in place of {word!r}"
        return kind, value

    def either(self):
        parts = [self.both()]
        while self.next_is("or"):
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def both(self):
        parts = [self.comparison()]
        while self.next_is("and"):
            self.take()
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def comparison(self):
        left = self.value()
        if self.next_is("="):
            self.take()
            right = self.value()
            return lambda row: left(row) is not None and left(row) == right(row)
        if self.next_is("!="):
            self.take()
            right = self.value()
            return lambda row: left(row) is not None and left(row) != right(row)
        return left

    def value(self):
        kind, value = self.take()
        if kind != "word":
            return lambda row: value
        if not self.next_is("("):
            return lambda row: row.get(value)
        self.take("(")
        arguments = [self.either()]
        while self.next_is(","):
            self.take()
            arguments.append(self.either())
        self.take(")")
        if value == "case":
            assert len(arguments) // 2 <= MOST_BRANCHES, "too many branches"
        function = FUNCTIONS[value]
        return lambda row: function(*(argument(row) for argument in arguments))

    def named(self):
        """`EXPRESSION as NAME, …`, or names alone."""
        found = {}
        while True:
            value = self.either()
            self.take("as")
            found[self.take()[1]] = value
            if not self.tokens:
                return found
            self.take(",")


def case(*arguments):
    for condition, value in zip(arguments[::2], arguments[1::2]):
        if condition:
            return value
    return arguments[-1] if len(arguments) % 2 else None


FUNCTIONS = {
    "case": case,
    "coalesce": lambda *values: next((value for value in values if value is not None), None),
    # All arguments are worked out, also where they are not needed.
    "concat": lambda *values: "".join(value or "" for value in values),
    "if": lambda condition, yes, no: yes if condition else no,
    "ispresent": lambda value: value is not None,
    "tolower": lambda value: None if value is None else value.lower(),
}


# --- commands -----------------------------------------------------------------------------------


def keep(text, rows):
    parser = Parser(text)
    condition = parser.either()
    assert not parser.tokens, f"not understood: {parser.tokens}"
    return [row for row in rows if condition(row)]


def fields(text, rows):
    named = Parser(text).named()
    return [{**row, **{name: value(row) for name, value in named.items()}} for row in rows]


def parse(text, rows):
    field, pattern = text.strip().split(None, 1)
    assert pattern[0] == pattern[-1] == "/", pattern
    pattern = pattern[1:-1].replace("(?<", "(?P<").replace("\\/", "/")
    assert pattern.endswith("$") or pattern.endswith("/") or "$" not in pattern, pattern
    # Python's $ also stands before a line end.
    pattern = re.compile(re.sub(r"\$$", r"\\Z", pattern))
    parsed = []
    for row in rows:
        match = pattern.search(row[field]) if row.get(field) is not None else None
        found = {name: text for name, text in match.groupdict().items() if text is not None} if match else {}
        parsed.append({**row, **found})
    return parsed


AGGREGATES = {
    "count": len,
    "sum": sum,
    "sortsFirst": lambda values: min(values, default=None),
    "sortsLast": lambda values: max(values, default=None),
}


def stats(text, rows):
    measures, _, by = text.partition(" by ")
    by = [name.strip() for name in by.split(",")]
    groups = collections.defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in by)].append(row)
    results = []
    for key, members in groups.items():
        result = dict(zip(by, key))
        for measure in measures.split(","):
            aggregate, field, name = re.fullmatch(r"\s*(\w+)\((\*|\w+)\) as (\w+)\s*", measure).groups()
            values = [1 if field == "*" else row.get(field) for row in members]
            result[name] = AGGREGATES[aggregate]([value for value in values if value is not None])
        results.append(result)
    return results


def sort(text, rows):
    field, direction = text.split()
    return sorted(rows, key=lambda row: row[field], reverse=direction == "desc")


COMMANDS = {
    "fields": fields,
    "filter": keep,
    "parse": parse,
    "stats": stats,
    "sort": sort,
    "limit": lambda text, rows: rows[: int(text)],
}
