"""A payer's file read as a stream: what is wanted, in any order of keys; and a clear word for what is
broken."""

import gzip
import json
import random
import tracemalloc

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
        (b"\xff\xfe{", "no JSON"),
        (b"<html>", "no JSON"),
        (b'{"in_network": [}', "no JSON"),
        (b"\x1f\x8bxx", "broken"),
    ],
)
def test_what_is_no_such_file_is_said(tmp_path, data, says):
    found = read(tmp_path, data)
    assert found.rates == []
    assert says in found.fault


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
