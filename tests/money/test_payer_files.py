"""A payer's file read as a stream: what is wanted, in any order of keys; and a clear word for what is
broken."""

import gzip
import json
import random
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.money import payer_files
from tests.conftest import ROOT

SAMPLE = ROOT / "notebooks" / "data" / "in_network_sample.json"


def price(amount=216.44, **more):
    return {
        "negotiated_type": "negotiated",
        "negotiated_rate": amount,
        "billing_class": "professional",
    } | more


def service(code, *prices, kind="CPT", providers=(1,)):
    rates = [{"provider_references": list(providers), "negotiated_prices": list(prices)}]
    return {
        "negotiation_arrangement": "ffs",
        "billing_code_type": kind,
        "billing_code": code,
        "negotiated_rates": rates,
    }


def file(*services, **more):
    head = {"reporting_entity_name": "A plan", "last_updated_on": "2026-11-01", "version": "2.1.0"}
    return head | more | {"in_network": list(services)}


def read(tmp_path, data, **options):
    path = tmp_path / "file.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return payer_files.read(path, progress=False, **options)


def test_the_family_is_kept_and_the_rest_passed_over(tmp_path):
    odd = price(
        80,
        negotiated_type="percentage",
        service_code=["21", "22"],
        billing_code_modifier=["80"],
        setting="inpatient",
    )
    found = read(
        tmp_path,
        file(
            service("44121", price(), odd, providers=(1, 2)),
            service("99213", price()),
            service("44120", price(1136)),
        ),
    )
    assert (found.payer, found.updated, found.version) == ("A plan", "2026-11-01", "2.1.0")
    assert [(r.code, r.amount, r.kind) for r in found.rates] == [
        ("44121", 216.44, "negotiated"),
        ("44121", 80.0, "percentage"),
        ("44120", 1136.0, "negotiated"),
    ]
    assert found.rates[1].modifiers == ("80",)
    assert found.rates[1].places == ("21", "22")
    assert found.rates[0].providers == 2
    assert (found.items, found.unread, found.fault) == (3, 0, None)


def test_codes_can_be_named_and_another_kind_of_code_is_not_meant(tmp_path):
    data = file(service("99213", price()), service("44121", price()), service("44121", price(), kind="LOCAL"))
    assert [r.code for r in read(tmp_path, data, codes=["99213"]).rates] == ["99213"]
    assert [r.code for r in read(tmp_path, data).rates] == ["44121"]


def test_keys_may_stand_in_any_order(tmp_path):
    one = service("44121", price())
    turned = dict(reversed(one.items()))
    data = {
        "in_network": [turned, {"negotiated_rates": [], "billing_code": "1"}],
        "reporting_entity_name": "A plan",
        "version": "2",
    }
    found = read(tmp_path, data)
    assert [r.amount for r in found.rates] == [216.44]
    assert found.payer == "A plan"


def test_a_packed_file_reads_the_same(tmp_path):
    data = json.dumps(file(service("44121", price()))).encode()
    path = tmp_path / "file.json.gz"
    path.write_bytes(gzip.compress(data))
    assert payer_files.read(path, progress=False).rates == read(tmp_path, data).rates


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_file_cut_short_keeps_what_came_before(tmp_path, share):
    data = json.dumps(file(*(service("44121", price(n)) for n in range(1, 401)))).encode()
    packed = gzip.compress(data)
    for cut in (data[: int(len(data) * share)], packed[: int(len(packed) * share)]):
        found = read(tmp_path, cut)
        assert [r.amount for r in found.rates] == list(range(1, len(found.rates) + 1))
        assert "cut short" in found.fault
        assert "file.json" in found.fault
        assert f"{len(found.rates)} rates" in found.fault


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "cut short"),
        (b"[]", "one JSON object"),
        (b"{}", "no list in_network"),
        (b'{"in_network": 3}', "not a list"),
        ('{"in_network": []}'.encode("utf-16"), "this is text in UTF-16, not JSON"),
        (b"PK\x03\x04\x00", "a spreadsheet (.xlsx, .ods) or an archive (.zip), not JSON"),
        (b"%PDF-1.7", "this is a PDF, not JSON"),
        (b"\x89PNG\r\n\x1a\n", "this is no text, not JSON"),
        (b"code,price\n44121,9\n", "no JSON"),
        (b" <!DOCTYPE html>", "a web page"),
        (b'{"in_network": [}', "no JSON"),
        (b"\x1f\x8bxx", "broken"),
    ],
)
def test_what_is_no_such_file_is_said(tmp_path, data, says):
    found = read(tmp_path, data)
    assert found.rates == []
    assert says in found.fault
    assert found.fault.isprintable()


def test_prices_that_are_not_as_they_should_be_are_counted_and_left_out(tmp_path):
    bad = [{"negotiated_type": "negotiated"}, price("much"), 7, None, price(billing_code_modifier=3)]
    found = read(
        tmp_path, file(service("44121", *bad, price(1)), {"billing_code": "44121", "negotiated_rates": [5]})
    )
    assert [r.amount for r in found.rates] == [1.0]
    assert found.unread == len(bad) + 1
    assert found.fault is None


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["in_network", "billing_code", "negotiated_rates", "negotiated_prices", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSONS)
def test_any_json_gets_an_answer(tmp_path_factory, data):
    found = read(tmp_path_factory.mktemp("any"), data)
    assert found.fault is None or "kept" in found.fault


def test_memory_does_not_grow_with_what_is_passed_over(tmp_path):
    rng = random.Random(1)

    def peak(services):
        many = [
            service(str(10000 + i), *(price(rng.random()) for _ in range(50)), providers=range(50))
            for i in range(services)
        ]
        path = tmp_path / f"{services}.json"
        path.write_text(json.dumps(file(*many, service("44121", price()))), "utf-8")
        tracemalloc.start()
        assert len(payer_files.read(path, progress=False).rates) == 1
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(10)
    assert peak(2000) < 1.2 * peak(200) + 100_000


def test_the_sample_says_that_it_is_invented():
    found = payer_files.read(SAMPLE, progress=False)
    assert "invented" in found.payer.lower()
    assert found.fault is None
    assert {"44120", "44121"} <= {r.code for r in found.rates}


def test_what_is_of_another_type_is_named_with_its_place_and_the_rest_is_kept(tmp_path):
    good = service("44120", price())
    for odd, key in (
        (service("44121", *map(price, ("nan", -5.0, True, 1e300, None))), "negotiated_rate"),
        (service("44121", price(negotiated_type=5)), "negotiated_type"),
        (service("44121", price(service_code={"a": 1})), "service_code"),
        (service("44121", price(billing_code_modifier="80")), "billing_code_modifier"),
        (service(44121, price()), "billing_code"),
        (service("44121", 5, None), "negotiated_prices"),
        (service("44121") | {"negotiated_rates": [{"negotiated_prices": 5}]}, "negotiated_prices"),
    ):
        found = read(tmp_path, file(odd, good))
        assert [rate.code for rate in found.rates] == ["44120"]
        assert found.unread == sum(found.odd.values()) > 0
        assert set(found.odd) == {f"{key} of 44121"}
    odd = service("44121", price())
    odd["negotiated_rates"][0]["provider_references"] = 5
    found = read(tmp_path, file(odd, good))
    assert [(rate.code, rate.providers) for rate in found.rates] == [("44121", 0), ("44120", 1)]
    assert set(found.odd) == {"provider_references of 44121"}


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_no_price_is_anything_but_a_number_that_ends(tmp_path, amount):
    text = json.dumps(file(service("44120", price()), service("44121", price(123456789))))
    found = read(tmp_path, text.replace("123456789", amount).encode())
    assert [rate.code for rate in found.rates] == ["44120"]
    assert found.unread or found.fault


def test_the_mark_before_the_first_byte_is_passed_over(tmp_path):
    text = b"\xef\xbb\xbf" + json.dumps(file(service("44120", price()))).encode()
    for data in (text, gzip.compress(text)):
        found = read(tmp_path, data)
        assert (found.fault, len(found.rates)) == (None, 1)


def test_a_packed_file_that_is_cut_keeps_what_came_before_the_cut(tmp_path):
    rng = random.Random(4)
    rows = [service("44120", price(round(rng.uniform(1, 999), 2))) for _ in range(400)]
    text = json.dumps(file(*rows)).encode()
    packed = gzip.compress(text)
    for share in (0.3, 0.6, 0.9):
        cut = packed[: int(len(packed) * share)]
        plain = zlib.decompressobj(wbits=31).decompress(cut)
        found = read(tmp_path, cut)
        assert "cut short" in found.fault
        assert len(found.rates) == plain.count(b'"billing_class"')  # all that can be unpacked
        assert len(found.rates) > 400 * share - 60
    twice = gzip.compress(text[:5000]) + gzip.compress(text[5000:])  # as cat and some tools write it
    assert len(read(tmp_path, twice).rates) == 400


def test_a_string_without_an_end_is_given_up_in_time(tmp_path):
    """Half a gigabyte of it took minutes, from a packed file of two megabytes."""
    path = tmp_path / "long.json.gz"
    packer = zlib.compressobj(1, wbits=31)
    pieces = (packer.compress(each) for each in (b'{"x": "', *[b"0" * 1_000_000] * 100))
    path.write_bytes(b"".join(pieces) + packer.flush())
    began = time.process_time()
    assert "no quotation mark in 32 MB" in payer_files.read(path, progress=False).fault
    assert time.process_time() - began < 10
