"""Generated project files with awkward values, for tools to read, edit and copy."""

import json

from people import GITHUB_TOKEN, PASSWORD_URL, PEM, PEOPLE, SECRETS

KINDS = ["env", "json", "csv", "sql", "sh", "md", "yaml", "py"]


def make(kind, variants):
    """(name, text) of `variants` files of this kind."""
    return [(f"{kind}-{i}.{kind}" if kind != "env" else f".env.{i}", WRITERS[kind](i)) for i in range(variants)]


def edited_line(text):
    """The number of a line that stands once and is not part of a key."""
    lines = text.split("\n")
    for n, line in enumerate(lines, 1):
        if "@" in line and lines.count(line) == 1 and text.count(line) == 1:
            return n
    raise ValueError("no line to edit")


def shell_safe(kind):
    """Whether files of this kind are also printed through the shell, where secrets do not come back."""
    return kind in ("csv", "sql", "md", "py")


def harmless(text):
    """`text` without the lines that hold secrets."""
    return "".join(line for line in text.splitlines(True) if not any(s in line for s in SECRETS) and "KEY" not in line)


def _people(i):
    return [PEOPLE[(i + k) % len(PEOPLE)] for k in range(3)]


def _env(i):
    a, b, _ = _people(i)
    key = PEM if i % 2 else PEM.replace("\n", "\\n")
    return (f"# Owner: {a.name}\nOWNER_EMAIL={a.email}\nSUPPORT=\"{b.name} <{b.email}>\"\nDATABASE_URL={PASSWORD_URL}\n"
            f"GITHUB_TOKEN={GITHUB_TOKEN}\nPRIVATE_KEY=\"{key}\"\nHOME_DIR={a.home}/app\nQUOTED='it''s \\ ${{HOME}} #{i}'\n"
            + ("" if i % 3 else "LAST=no final line feed"))


def _json(i):
    rows = [{"name": p.name, "email": p.email, "phone": p.phone, "iban": p.iban, "id": 12345678901234567 + i,
             "ratio": 1.0, "note": f"said \"{p.name}\" at C:\\Users\\{p.user}\\x\ttab / \u00fc", "raw": json.dumps({"card": p.card})}
            for p in _people(i)]
    return json.dumps({"customers": rows, "key": PEM, "token": GITHUB_TOKEN}, indent=2, ensure_ascii=bool(i % 2)) + "\n"


def _csv(i):
    rows = [f"\"{p.name}\";{p.email};\"{p.phone}\";{p.iban};\"say \"\"hi\"\" to {p.name}\"" for p in _people(i)]
    return "\n".join([f"name;email;phone;iban;note {i}", *rows]) + "\n"


def _sql(i):
    rows = ",\n".join("  ('{}', '{}', '{}', {})".format(p.name.replace("'", "''"), p.email, p.phone, k) for k, p in enumerate(_people(i)))
    return (f"-- customers {i}, asked for by {PEOPLE[0].name}\nINSERT INTO customers (name, email, phone, id) VALUES\n{rows};\n"
            f"UPDATE customers SET note = E'\\\\path\\\\{i}' WHERE email = '{PEOPLE[i % 4].email}';\n")


def _sh(i):
    a, b, _ = _people(i)
    return (f"#!/bin/sh\n# {a.name} <{a.email}>\nset -eu\nexport GITHUB_TOKEN='{GITHUB_TOKEN}'\n"
            f"curl -s -H \"Authorization: Bearer $GITHUB_TOKEN\" \"https://api.example.com/u?mail={b.email}\" | sed 's/\\\\n/\\n/g'\n"
            f"printf '%s\\n' \"Dear {a.name}, it's $(date +%Y)\" >> {a.home}/log-{i}.txt\n")


def _md(i):
    a, b, c = _people(i)
    return (f"# Notes {i}\n\n- **{a.name}** ([mail](mailto:{a.email}), `{a.phone}`)\n- _{b.name}_ \\*not\\* {c.name}'s\n\n"
            f"| who | account |\n|---|---|\n| {c.name} | `{c.iban}` |\n\n```sh\ncd {a.home}/x\n```\n\nKind regards,\n{b.name}\n")


def _yaml(i):
    a, b, _ = _people(i)
    indented = "\n".join("  " + line for line in PEM.split("\n"))
    return (f"owner: \"{a.name}\"\nmail: {a.email}\nreviewers: [{b.email}, '{b.name.replace(chr(39), chr(39) * 2)}']\n"
            f"database: {PASSWORD_URL}\nkey: |\n{indented}\nindex: {i}\nbig: 12345678901234567890\n")


def _py(i):
    a, b, _ = _people(i)
    return (f"\"\"\"Mails {a.name}.\"\"\"\n\nTO = \"{a.email}\"\nFROM = '{b.email}'\nPATTERN = r\"\\d+\\.\\w{{{i},}}\"\n\n\n"
            f"def greet():\n\treturn f\"Hello {a.name}, call {{{i}!r}} {b.phone}\\n\"\n")


WRITERS = {"env": _env, "json": _json, "csv": _csv, "sql": _sql, "sh": _sh, "md": _md, "yaml": _yaml, "py": _py}
