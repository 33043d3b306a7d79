"""Decides which requests are answered: checks their host, their origin and their token."""

import hmac
import ipaddress
import re
import secrets
from collections.abc import Callable, Collection
from typing import NamedTuple

from werkzeug.http import parse_cookie

# A token of letters and digits that are not mistaken for each other when somebody types them: 49 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
TOKEN_LENGTH = 10
COOKIE = "captioner"

WRONG_HOST = "This is not an address of Captioner. Use the address that Captioner shows."
FOREIGN = "Captioner does not answer requests that come from another website."
NO_TOKEN = "Captioner needs the token that is part of its address. Use the whole address, or type the token."

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]+)?", re.ASCII)


class Refusal(NamedTuple):
    """Why a request is not answered: the HTTP status, and a sentence."""

    status: int
    sentence: str


class Access:
    """The rules for requests to one running server.

    Args:
        names: of this computer, by which the server may be addressed, in lower case. IP addresses are allowed as well:
            a foreign website can make a name of its own lead here (DNS rebinding), but not an address.
        lan: whether other computers may use the server. They need the token.

    token: what a user passes on; None if no token is needed.
    cookie: the value of the cookie that a browser gets for the token.
    """

    def __init__(self, names: Collection[str], *, lan: bool) -> None:
        self._names = names
        self._lan = lan
        self.token = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH)) if lan else None
        self.cookie = secrets.token_urlsafe(32)

    def refusal(self, method: str, path: str, header: Callable[[str], str]) -> Refusal | None:
        """Why a request is refused; None if it is allowed. `header` returns a header's value by its name, or ""."""
        host = header("Host").lower()
        if not self._is_ours(host):
            return Refusal(403, WRONG_HOST)
        origin = header("Origin").lower()
        foreign = header("Sec-Fetch-Site") in ("cross-site", "same-site")  # same-site: another port of this computer
        if (origin and origin.partition("://")[2] != host) or (foreign and (method, path) != ("GET", "/")):
            return Refusal(403, FOREIGN)
        if self.token and path != "/token" and not self._has_token(header):
            return Refusal(401, NO_TOKEN)
        return None

    def is_token(self, text: str) -> bool:
        """Compare in constant time, so that the time does not tell how much of a guess is right."""
        return self.token is not None and hmac.compare_digest(text.strip().lower().encode(), self.token.encode())

    def _has_token(self, header: Callable[[str], str]) -> bool:
        if authorization := header("Authorization"):  # "Bearer TOKEN"; some programs leave out the first word
            return self.is_token(authorization.rpartition(" ")[2])
        try:
            cookie = parse_cookie(header("Cookie")).get(COOKIE, "")
        except UnicodeError:  # it isn't ours
            return False
        return hmac.compare_digest(cookie.encode(), self.cookie.encode())

    def _is_ours(self, host: str) -> bool:
        match = HOST.fullmatch(host)
        if not match:
            return False
        name = match[1].strip("[]")
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name == "localhost" or name in self._names
        return self._lan or address.is_loopback
