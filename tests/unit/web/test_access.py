"""Which requests are answered."""

import pytest

from captioner.web.access import COOKIE, Access

LOCAL = Access((), lan=False)
LAN = Access(("kitchen", "kitchen.local"), lan=True)


def status(access: Access, method: str = "POST", path: str = "/api/caption", **headers: str) -> int:
    headers = {"Host": "127.0.0.1:8765", **{name.replace("_", "-"): value for name, value in headers.items()}}
    refusal = access.refusal(method, path, lambda name: headers.get(name, ""))
    return refusal.status if refusal else 200


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "127.0.0.1", "LOCALHOST:1"])
def test_the_local_server_answers_at_its_own_addresses(host):
    assert status(LOCAL, Host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example:8765",
        "192.168.1.5:8765",
        "",
        "127.0.0.1, evil.example",
        "a@127.0.0.1",
        "[",
    ],
)
def test_another_host_is_refused_as_a_foreign_website_may_have_made_it_lead_here(host):
    assert status(LOCAL, Host=host) == 403


@pytest.mark.parametrize("host", ["192.168.1.5:8765", "kitchen:8765", "Kitchen.local:8765", "10.0.0.1"])
def test_in_the_network_the_computers_names_and_addresses_are_allowed(host):
    assert status(LAN, Host=host, Authorization=f"Bearer {LAN.token}") == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://"])
def test_a_page_of_another_origin_cannot_use_the_server(origin):
    assert status(LOCAL, Origin=origin) == 403


def test_its_own_page_can_use_the_server():
    assert status(LOCAL, Origin="http://127.0.0.1:8765", Sec_Fetch_Site="same-origin") == 200


def test_a_foreign_page_may_link_to_the_page_but_embed_nothing():
    assert status(LOCAL, "GET", "/", Sec_Fetch_Site="cross-site") == 200
    assert status(LOCAL, "GET", "/api/speech", Sec_Fetch_Site="cross-site") == 403
    assert status(LOCAL, "GET", "/api/speech", Sec_Fetch_Site="same-site") == 403


def test_the_network_needs_the_token():
    assert status(LAN) == 401
    assert status(LAN, Authorization="Bearer wrong") == 401
    assert status(LAN, Authorization=str(LAN.token)) == 200
    assert status(LAN, Authorization=f"bearer {LAN.token}") == 200
    assert status(LAN, Cookie=f"other=1; {COOKIE}={LAN.cookie}") == 200
    assert status(LAN, Cookie=f"{COOKIE}={LAN.token}") == 401
    assert status(LAN, Cookie=f"{COOKIE}=ü") == 401


def test_each_start_has_another_token_that_is_easy_to_type():
    other = Access((), lan=True)
    assert other.token != LAN.token
    assert LAN.is_token(f" {LAN.token.upper()} ")


def test_without_the_network_there_is_no_token():
    assert LOCAL.token is None
    assert not LOCAL.is_token("")
