"""Invented customers, and how to find their values in bytes however they are spelled.

Nobody here exists. Card, bank and token numbers only have valid check digits.
"""

import base64
import json
import urllib.parse
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    phone: str
    iban: str
    card: str
    user: str

    @property
    def home(self):
        return f"/home/{self.user}"

    def values(self):
        """Everything about this person that must not leave."""
        return [self.name, self.email, self.phone, self.iban, self.card, self.home]


def _iban(country, bban):
    digits = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(digits) % 97:02}{bban}"


def _card(head):
    total = sum(d if i % 2 else (d * 2 if d < 5 else d * 2 - 9) for i, d in enumerate(map(int, reversed(head))))
    return head + str(-total % 10)


def _github_token(body):
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    rest, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        check = alphabet[digit] + check
    return f"ghp_{body}{check}"


JANE = Person("Jane Doe", "jane.doe@kestrel-mail.com", "+1 415-555-0132", _iban("DE", "370400440617283950"),
              _card("455673758689985"), "janedoe")
PATRICK = Person("Patrick O'Brien", "p.obrien@halcyon-post.org", "+44 20 7946 0018", _iban("GB", "NWBK60161384201957"),
                 _card("510510518273645"), "pobrien")
SABINE = Person("Sabine Müller", "sabine.mueller@fernweh-post.de", "+49 30 23125 417", _iban("AT", "1904300234573219"),
                _card("401288888888188"), "smueller")
MARIA = Person("Maria Gonzalez", "maria.gonzalez@olivo-correo.es", "+34 612 345 678", _iban("ES", "21000418450200051332"),
               _card("37144963539843"), "mgonzalez")
PEOPLE = [JANE, PATRICK, SABINE, MARIA]

GITHUB_TOKEN = _github_token("Wq7Rk2Zt9Lm4Xp6Vb1Ns8Hd3Yf5Gj0")
PASSWORD_URL = "postgres://billing:Tr0ub4dor-zebra-41@db.kestrel-mail.com:5432/billing"
PEM = "\n".join([
    "-----BEGIN PRIVATE KEY-----",
    *(base64.b64encode(bytes((i * 37 + j * 101 + 11) % 256 for j in range(48))).decode() for i in range(8)),
    "-----END PRIVATE KEY-----",
])
# A line from the middle stands for the key: the frame around it is no secret.
PEM_CANARY = PEM.split("\n")[4]
SECRETS = [GITHUB_TOKEN, "Tr0ub4dor-zebra-41", PEM_CANARY]


def canaries():
    return [v for p in PEOPLE for v in p.values()] + SECRETS


def spellings(value):
    """The byte strings under which `value` can stand in a request."""
    raw = value.encode()
    out = {raw}
    text = value
    for _ in range(3):  # JSON inside strings inside strings
        text = json.dumps(text)[1:-1]
        out.add(text.encode())
    text = value
    for _ in range(3):
        text = json.dumps(text, ensure_ascii=False)[1:-1]
        out.add(text.encode())
    out.add(urllib.parse.quote(value).encode())
    out.add(urllib.parse.quote(value, safe="").encode())
    out.add(raw.hex().encode())
    for shift in range(3):
        # The characters at the edges depend on the neighbours.
        coded = base64.b64encode(b"\0" * shift + raw)
        # Only what depends on the value alone, and all of that: a stand-in may begin alike.
        out.add(coded[(shift * 8 + 5) // 6:(shift + len(raw)) * 8 // 6])
    return [s for s in out if len(s) >= 6]


SPELLINGS = {value: spellings(value) for value in canaries()}


def leaks(data):
    """The canaries that stand in `data`, in any spelling."""
    return [value for value, forms in SPELLINGS.items() if any(form in data for form in forms)]
