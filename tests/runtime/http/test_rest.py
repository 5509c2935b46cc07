"""Records over REST, with the sample's application."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from runtime.limits import BODY_BYTES_MAX, IDEMPOTENCY_KEY_MAX, PAGE_MAX, QUERY_BYTES_MAX
from tests.runtime.http.shop import Shop
from tests.runtime.http.world import World, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY = "00000000-0000-4000-8000-000000000000"


def codes(response: httpx.Response) -> dict[str, str]:
    """Return the refused fields with their codes."""
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "record_invalid"
    assert all(error["message"] for error in response.json()["errors"])
    return {error["field"]: error["code"] for error in response.json()["errors"]}


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a problem."""
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    assert problem["detail"]
    return response.status_code, problem["code"]


async def test_sample_end_to_end(world: World) -> None:
    """[RS3] Customer, product, order and lines are made, and the gold discount is exact."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        customer, product = await shop.customer(), await shop.product()
        order = await shop.order("A-1", customer["id"])
        assert order["status"] == "draft"
        assert order["totalAmount"] == "0.00"
        for quantity, price in ((3, "19.99"), (1, "0.05"), (7, "1.10")):
            line = await shop.line(order["id"], product["id"], quantity, price)
        assert line["lineTotal"] == "7.70"
        # 59.97 + 0.05 + 7.70 = 67.72; 95 % of it is 64.334.
        assert (await shop.get(f"api/Order/{order['id']}"))["totalAmount"] == "64.33"
        path = f"api/Customer/{customer['id']}"
        assert (await browser.patch(path, json={"tier": "standard"})).status_code == 200
        assert (await shop.get(f"api/Order/{order['id']}"))["totalAmount"] == "67.72"


async def test_created(world: World) -> None:
    """[RS3] Who creates gets 201, the record, its address and its version."""
    name, _ = world.room()
    async with world.client(name, user="ada", name="Ada") as browser:
        values = {"sku": "TEE-1", "title": "Größe 😀", "unitPrice": "19.90"}
        response = await browser.post("api/Product", json=values)
        record = response.json()
        assert response.status_code == 201
        assert response.headers["etag"].startswith('"1-')
        assert response.headers["location"] == f"/preview/{name}/api/Product/{record['id']}"
        assert record["@version"] == 1
        assert record["createdBy"] == "ada"
        assert record["createdAt"] == record["updatedAt"]
        assert record["createdAt"].endswith("Z")
        assert {key: record[key] for key in values} == values
        assert record["active"] is True
        again = await browser.get(f"http://127.0.0.1:8000{response.headers['location']}")
        assert again.json() == record
        assert again.headers["etag"] == response.headers["etag"]
        assert again.headers["cache-control"] == "no-store"


async def test_refused_fields_are_named(world: World) -> None:
    """[RS2] A wrong address, a number that is taken and everything else is refused by field."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        customer = await shop.customer()
        await shop.order("A-1", customer["id"])
        wrong = {"name": "Ü", "email": "kein e-mail", "tier": "platinum"}
        refused = codes(await browser.post("api/Customer", json=wrong))
        assert set(refused) == {"email", "tier"}
        taken = {"orderNo": "A-1", "customer": customer["id"]}
        assert codes(await browser.post("api/Order", json=taken)) == {"orderNo": "unique"}
        dangling = {"orderNo": "A-2", "customer": NOBODY}
        assert set(codes(await browser.post("api/Order", json=dangling))) == {"customer"}
        assert codes(await browser.post("api/Order", json={})) == {
            "orderNo": "required",
            "customer": "required",
        }
        unknown = {"sku": "TEE-1", "title": "x", "unitPrice": "1.00", "größe": 1}
        assert codes(await browser.post("api/Product", json=unknown)) == {"größe": "unknown"}
        assert (await shop.get("api/Product"))["total"] == 0


@pytest.mark.parametrize(
    "values",
    [
        {"id": NOBODY},
        {"createdBy": "root"},
        {"createdAt": "2020-01-01T00:00:00.000Z"},
        {"@version": 7},
        {"totalAmount": "0.01"},
    ],
)
async def test_what_nobody_sets(world: World, values: dict[str, Any]) -> None:
    """[RS2] System fields, the version and computed fields are refused in every body."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        order = await shop.order("A-1", (await shop.customer())["id"])
        expected = dict.fromkeys(values, "read_only")
        path = f"api/Order/{order['id']}"
        assert codes(await browser.post("api/Order", json=values)) == expected
        assert codes(await browser.patch(path, json=values)) == expected
        assert codes(await browser.put(path, json=values)) == expected
        assert await shop.get(path) == order


async def test_fields_are_named_by_name_only(world: World) -> None:
    """[RS2] A field's id opens nothing: what it names in the model stays behind the door."""
    name, room = world.room()
    async with world.client(name) as browser:
        values = {"sku": "TEE-1", "title": "x", room.field("Product", "unitPrice"): "1.00"}
        refused = codes(await browser.post("api/Product", json=values))
        assert refused[room.field("Product", "unitPrice")] == "unknown"
        model_id = room.node("Product")
        assert (await browser.get(f"api/{model_id}")).status_code == 404


async def test_update_and_replace(world: World) -> None:
    """[RS10] PATCH changes what it names; PUT clears what it does not name."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        customer = await shop.customer()
        order = await shop.order("A-1", customer["id"], notes="eilt 😀", status="shipped")
        path = f"api/Order/{order['id']}"
        patched = await browser.patch(path, json={"notes": "eilt nicht"})
        assert patched.headers["etag"] == (await browser.get(path)).headers["etag"]
        assert patched.json()["@version"] > order["@version"]
        assert patched.json()["status"] == "shipped"
        put = (await browser.put(path, json={"orderNo": "A-2", "customer": customer["id"]})).json()
        assert (put["orderNo"], put["notes"], put["status"]) == ("A-2", None, "draft")
        assert put["createdAt"] == order["createdAt"]
        nothing = await browser.patch(path, json={})
        assert nothing.json()["@version"] == put["@version"]


async def test_delete(world: World) -> None:
    """[RS3] What is deleted is gone; what others hold on to is not, and the answer says by whom."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        customer, product = await shop.customer(), await shop.product()
        order = await shop.order("A-1", customer["id"])
        line = await shop.line(order["id"], product["id"], 1, "1.00")
        held = await browser.delete(f"api/Customer/{customer['id']}")
        assert refusal(held) == (409, "record_restricted")
        assert held.json()["restrictedBy"]["model"] == "Order"
        deleted = await browser.delete(f"api/Order/{order['id']}")
        assert (deleted.status_code, deleted.content) == (204, b"")
        for path in (f"api/Order/{order['id']}", f"api/OrderLine/{line['id']}"):
            assert refusal(await browser.get(path)) == (404, "record_not_found")
            assert refusal(await browser.delete(path)) == (404, "record_not_found")
        assert (await browser.delete(f"api/Customer/{customer['id']}")).status_code == 204


async def test_what_is_not_there(world: World) -> None:
    """[RS1] Unknown models, records, addresses and methods are problems with a code."""
    name, _ = world.room()
    async with world.client(name) as browser:
        assert refusal(await browser.get("api/Nothing")) == (404, "model_not_found")
        assert refusal(await browser.post("api/Nothing", json={})) == (404, "model_not_found")
        assert refusal(await browser.get(f"api/Order/{NOBODY}")) == (404, "record_not_found")
        assert refusal(await browser.get("api/Order/é😀")) == (404, "record_not_found")
        assert refusal(await browser.get("nothing/here")) == (404, "not_found")
        wrong = await browser.patch("api/Order", json={})
        assert refusal(wrong) == (405, "method_not_allowed")
        assert {"GET", "POST"} <= set(wrong.headers["allow"].replace(" ", "").split(","))


async def test_filters(world: World) -> None:
    """[RS5] Filters compare by type, follow references and take every operator."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        gold, plain = await shop.customer(), await shop.customer("Bert Ångström", "standard")
        cheap = await shop.product("TEE-1", "9.00")
        dear = await shop.product("KANNE-2", "10.50")
        first = await shop.order("A-1", gold["id"], notes="eilt")
        second = await shop.order("B-2", plain["id"], status="shipped")
        products = {
            "filter[unitPrice]=9": [cheap],
            "filter[unitPrice]=9.00": [cheap],
            "filter[unitPrice][gt]=9": [dear],
            "filter[unitPrice][gte]=9.00": [cheap, dear],
            "filter[unitPrice][lt]=10.5": [cheap],
            "filter[unitPrice][lte]=10.50": [cheap, dear],
            "filter[sku][ne]=TEE-1": [dear],
            "filter[sku][in]=TEE-1,NICHTS": [cheap],
            "filter[sku][contains]=ann": [dear],
            "filter[sku][startsWith]=tee": [cheap],
            "filter[sku][endsWith]=-2": [dear],
            "filter[active]=false": [],
            "filter[title][contains]=茶": [cheap, dear],
            "filter[unitPrice][gt]=1&filter[sku]=TEE-1": [cheap],
        }
        for query, found in products.items():
            answer = (await browser.get(f"api/Product?{query}&sort=unitPrice")).json()
            assert [item["id"] for item in answer["items"]] == [each["id"] for each in found], query
        orders = {
            "filter[customer.name][contains]=ångström": [second],
            "filter[customer.tier]=gold": [first],
            f"filter[customer]={gold['id']}": [first],
            "filter[notes][empty]=true": [second],
            "filter[status]=shipped": [second],
            "filter[createdBy]=ada": [first, second],
        }
        for query, found in orders.items():
            answer = (await browser.get(f"api/Order?{query}&sort=orderNo")).json()
            assert [item["id"] for item in answer["items"]] == [each["id"] for each in found], query
            assert answer["total"] == len(found)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("filter[größe]=1", "query_parameter"),
        ("filter[nothing]=1", "query_field"),
        ("filter[customer.nothing]=1", "query_field"),
        ("filter[orderNo][like]=1", "query_parameter"),
        ("filter[totalAmount]=viel", "query_value"),
        ("filter[]=1", "query_parameter"),
        ("filter[orderNo]][x]=1", "query_parameter"),
        ("filter=1", "query_parameter"),
        ("filtre[orderNo]=1", "query_parameter"),
        ("sort=nothing", "query_sort"),
        ("sort=orderNo,,x", "query_parameter"),
        ("sort=orderNo%27%20OR%201=1", "query_parameter"),
        ("limit=0", "query_parameter"),
        (f"limit={PAGE_MAX + 1}", "query_parameter"),
        ("limit=٣", "query_parameter"),
        ("limit=1_0", "query_parameter"),
        ("limit=-1", "query_parameter"),
        ("limit=2&limit=3", "query_parameter"),
        ("expand=nothing", "query_expand"),
        ("expand=orderNo", "query_expand"),
        ("total=maybe", "query_parameter"),
        ("q=" + "x" * 1000, "query_parameter"),
        ("q=%FF", "query_invalid"),
        ("&".join(f"filter[orderNo]={n}" for n in range(70)), "query_invalid"),
    ],
)
async def test_bad_queries(world: World, query: str, code: str) -> None:
    """[RS5] What a query cannot mean is refused, never left out."""
    name, _ = world.room()
    async with world.client(name) as browser:
        assert refusal(await browser.get(f"api/Order?{query}")) == (400, code)


async def test_pages_by_cursor(world: World) -> None:
    """[RS6] Pages give every record once, in order, also while records come."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        made = [await shop.product(f"TEE-{n}", f"{n % 3}.00") for n in range(7)]
        found, parameters = [], {"sort": "-unitPrice,sku", "limit": "3"}
        while True:
            page = await shop.get("api/Product", **parameters)
            found += page["items"]
            if page["next"] is None:
                break
            parameters["cursor"] = page["next"]
            await shop.product(f"NEU-{len(found)}", "99.00")
        order = sorted(made, key=lambda each: (-float(each["unitPrice"]), each["sku"]))
        assert [item["id"] for item in found] == [each["id"] for each in order]
        assert page["total"] == 9
        assert (await shop.get("api/Product", total="false"))["total"] is None


async def test_foreign_cursor(world: World) -> None:
    """[RS6] A cursor of another question, or of none, is refused."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        for number in range(3):
            await shop.product(f"TEE-{number}")
        cursor = (await shop.get("api/Product", limit="1", sort="sku"))["next"]
        for other in ("é", "eyJhIjoxfQ", "x" * 9_000, cursor[:-2], cursor + "A"):
            parameters = {"cursor": other, "limit": "1", "sort": "sku"}
            answer = await browser.get("api/Product", params=parameters)
            assert refusal(answer) == (422, "query_cursor"), other
        answer = await browser.get("api/Product", params={"cursor": cursor, "sort": "-sku"})
        assert refusal(answer) == (422, "query_cursor")


async def test_search(world: World) -> None:
    """[RS5] A search looks into all texts, ignoring case."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        await shop.customer("Åsa Österlund")
        other = await shop.customer("Bert")
        assert len(await shop.ids("Customer", q="österLUND")) == 1
        assert await shop.ids("Customer", q=other["email"][:6].upper()) == [other["id"]]
        assert await shop.ids("Customer", q="100%_") == []


async def test_expand(world: World) -> None:
    """[RS7] References and inverse lists come along where they are asked for."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        customer, product = await shop.customer(), await shop.product()
        order = await shop.order("A-1", customer["id"])
        line = await shop.line(order["id"], product["id"], 2, "1.00")
        path = f"api/Order/{order['id']}"
        plain = await shop.get(path)
        assert plain["customer"] == customer["id"]
        assert "lines" not in plain
        full = await shop.get(path, expand="customer,lines.product")
        assert full["customer"]["name"] == customer["name"]
        [shown] = full["lines"]
        assert (shown["id"], shown["product"]["sku"]) == (line["id"], "TEE-1")
        listed = await shop.get("api/OrderLine", expand="order.customer")
        assert listed["items"][0]["order"]["customer"]["tier"] == "gold"
        assert refusal(await browser.get(f"{path}?sort=id")) == (400, "query_parameter")


async def test_versions(world: World) -> None:
    """[RS8] With If-Match a record is changed only if it is the version that was read."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        product = await shop.product()
        path = f"api/Product/{product['id']}"
        good = await browser.patch(path, json={"title": "ä"}, headers={"if-match": '"1"'})
        assert good.status_code == 200
        for tags in ('"1"', '"1", "7"', 'W/"2"', '"x"', '""'):
            stale = await browser.patch(path, json={"title": "é"}, headers={"if-match": tags})
            assert refusal(stale) == (412, "record_conflict"), tags
            assert stale.headers["etag"] == '"2"'
        assert (await shop.get(path))["title"] == "ä"
        for tags in ("*", '"1", "3"', "3"):
            fine = await browser.patch(path, json={"title": "ö"}, headers={"if-match": tags})
            assert fine.status_code == 200, tags
        for method in ("PUT", "DELETE"):
            body = {"json": {"title": "x"}} if method == "PUT" else {}
            stale = await browser.request(method, path, headers={"if-match": '"1"'}, **body)
            assert refusal(stale)[0] == 412
        unwanted = await browser.patch(path, json={}, headers={"if-none-match": "*"})
        assert refusal(unwanted) == (412, "record_conflict")
        wrong = await browser.patch(path, json={}, headers={"if-match": '"3'})
        assert refusal(wrong) == (400, "etag_invalid")


async def test_race(world: World) -> None:
    """[RS8] Of many who change one version at once exactly one does."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        path = f"api/Product/{(await shop.product())['id']}"
        for version in range(1, 6):
            answers = await asyncio.gather(
                *(
                    browser.patch(
                        path,
                        json={"title": f"Größe {version} {number}"},
                        headers={"if-match": f'"{version}"'},
                    )
                    for number in range(8)
                )
            )
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses == [200] + [412] * 7
            [winner] = [answer.json() for answer in answers if answer.status_code == 200]
            assert await shop.get(path) == winner
            assert winner["@version"] == version + 1


async def test_not_modified(world: World) -> None:
    """[RS9] Who has the answer already gets none; who has another one gets it."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        product = await shop.product()
        await shop.order("A-1", (await shop.customer())["id"])
        for path in (f"api/Product/{product['id']}", "api/Order?expand=customer", "api/Product"):
            tag = (await browser.get(path)).headers["etag"]
            for shown in (tag, f'"7", {tag}', "*", f"W/{tag.removeprefix('W/')}"):
                answer = await browser.get(path, headers={"if-none-match": shown})
                assert (answer.status_code, answer.content) == (304, b""), shown
                assert answer.headers["etag"] == tag
            other = await browser.get(path, headers={"if-none-match": '"99"'})
            assert other.status_code == 200
        customer = (await shop.get("api/Customer"))["items"][0]
        expanded = await browser.get("api/Order?expand=customer")
        await browser.patch(f"api/Customer/{customer['id']}", json={"name": "neu"})
        again = await browser.get(
            "api/Order?expand=customer", headers={"if-none-match": expanded.headers["etag"]}
        )
        assert again.status_code == 200


async def test_not_modified_by_the_model(world: World) -> None:
    """[RS9] A renamed field makes another representation, and yet no newer record."""
    name, room = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        product = await shop.product()
        path = f"api/Product/{product['id']}"
        first = await browser.get(path)
        seen = {"if-none-match": first.headers["etag"]}
        assert (await browser.get(path, headers=seen)).status_code == 304
        room.set(room.field("Product", "title"), "name", "bezeichnung")

        async def renamed() -> httpx.Response | None:
            answer = await browser.get(path, headers=seen)
            return answer if answer.status_code == 200 else None

        answer: httpx.Response = await eventually(renamed, "the renamed field")
        assert answer.json()["bezeichnung"] == first.json()["title"]
        assert "title" not in answer.json()
        assert answer.json()["@version"] == first.json()["@version"]
        read = {"if-match": first.headers["etag"]}
        changed = await browser.patch(path, json={"bezeichnung": "größer"}, headers=read)
        assert changed.status_code == 200
        stale = await browser.patch(path, json={"bezeichnung": "alt"}, headers=read)
        assert refusal(stale) == (412, "record_conflict")


async def test_idempotency(world: World) -> None:
    """[RS11] A create that is sent again with its key makes nothing new, for the same person."""
    name, _ = world.room()
    async with world.client(name) as browser, world.client(name, user="bert") as other:
        values = {"sku": "TEE-1", "title": "x", "unitPrice": "1.00"}
        headers = {"idempotency-key": "Schlüssel".encode().hex()}
        answers = await asyncio.gather(
            *(browser.post("api/Product", json=values, headers=headers) for _ in range(4))
        )
        assert [answer.status_code for answer in answers] == [201] * 4
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert (await Shop(browser).get("api/Product"))["total"] == 1
        theirs = await other.post("api/Product", json=values | {"sku": "TEE-2"}, headers=headers)
        assert theirs.json()["sku"] == "TEE-2"
        for key in ("", "x" * (IDEMPOTENCY_KEY_MAX + 1)):
            wrong = await browser.post("api/Product", json={}, headers={"idempotency-key": key})
            assert refusal(wrong) == (400, "idempotency_key")


@pytest.mark.parametrize(
    ("content", "media", "status", "code"),
    [
        (b"{", "application/json", 400, "body_invalid"),
        (b"\xff", "application/json", 400, "body_invalid"),
        (b"", "application/json", 400, "body_invalid"),
        (b"[]", "application/json", 400, "body_invalid"),
        (b'{"a": NaN}', "application/json", 400, "body_invalid"),
        (b"[" * 100_000, "application/json", 400, "body_invalid"),
        (b"{}", "text/plain", 415, "media_type"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "media_type"),
        (b"{}", "", 415, "media_type"),
        (b" " * (BODY_BYTES_MAX + 1), "application/json", 413, "request_too_large"),
    ],
)
async def test_bad_bodies(world: World, content: bytes, media: str, status: int, code: str) -> None:
    """[RS13] A body is a JSON object within a bound, and says that it is JSON."""
    name, _ = world.room()
    async with world.client(name) as browser:
        headers = {"content-type": media} if media else {}
        answer = await browser.post("api/Product", content=content, headers=headers)
        assert refusal(answer) == (status, code)


async def test_long_query(world: World) -> None:
    """[RS13] A query is bounded before it is read."""
    name, _ = world.room()
    async with world.client(name) as browser:
        answer = await browser.get("api/Product?q=" + "x" * QUERY_BYTES_MAX)
        assert refusal(answer) == (413, "request_too_large")


NASTY = [
    "Robert'); DROP TABLE students;--",
    '" OR "1"="1',
    "%' OR 1=1 --",
    "${jndi:ldap://x}",
    "<script>alert('é')</script>",
    "\\'; \\\" \x7f \u202e 😀",
    "{{7*7}} record.id",
]


async def test_values_are_values(world: World) -> None:
    """[RS4] Whatever a text holds, it is stored, found and given back as that text."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        for number, text in enumerate(NASTY):
            order = await shop.create("Product", sku=f"TEE-{number}", title=text, unitPrice="1")
            assert order["title"] == text
            query = {"filter[title]": text}
            assert await shop.ids("Product", **query) == [order["id"]]
            assert await shop.ids("Product", **{"filter[title][contains]": text}) == [order["id"]]
            assert order["id"] in await shop.ids("Product", q=text)
            assert await shop.ids("Product", **{"filter[title][in]": text.replace(",", "")}) in (
                [order["id"]],
                [],
            )
        assert (await shop.get("api/Product"))["total"] == len(NASTY)


@pytest.mark.parametrize("text", NASTY)
async def test_names_are_names(world: World, text: str) -> None:
    """[RS4] What is no name of a model or a field leads nowhere."""
    name, _ = world.room()
    async with world.client(name) as browser:
        paths = {
            "filter": {f"filter[{text}]": "1"},
            "sort": {"sort": text},
            "expand": {"expand": text},
            "cursor": {"cursor": text},
        }
        for parameters in paths.values():
            answer = await browser.get("api/Product", params=parameters)
            assert refusal(answer)[0] in (400, 422)
        refused = await browser.post("api/Product", content=json.dumps({text: 1}), headers=JSON)
        assert codes(refused)[text] == "unknown"
        address = f"http://127.0.0.1:8000/preview/{name}/api/{quote(text, safe='')}"
        model = await browser.get(address)
        assert refusal(model)[0] == 404


JSON = {"content-type": "application/json"}


async def test_wire_values(world: World) -> None:
    """[RS4] A decimal travels as a text of exactly its digits; a number is taken for its digits."""
    name, _ = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        for given, kept in (("0", "0.00"), ("1234567890.10", "1234567890.10"), (19.9, "19.90")):
            product = await shop.product(f"TEE-{kept.replace('.', '-')}", given)
            assert product["unitPrice"] == kept
        for wrong in ("1.005", "-0.01", "12345678901.00", "viel", True, [], {}):
            values = {"sku": "TEE-X", "title": "x", "unitPrice": wrong}
            assert set(codes(await browser.post("api/Product", json=values))) == {"unitPrice"}
        line = {"quantity": 10_001, "unitPrice": "1", "order": NOBODY, "product": NOBODY}
        assert set(codes(await browser.post("api/OrderLine", json=line))) == {
            "quantity",
            "order",
            "product",
        }


async def test_answers_are_never_old(world: World) -> None:
    """[PV22] Who was told of a change finds it in every list, though lists are kept."""
    name, room = world.room()
    async with (
        world.client(name) as browser,
        world.client(name, user="bert") as other,
        world.client(name, view_as="clerk") as clerk,
    ):
        shop = Shop(browser)
        customer = await shop.customer()
        path = f"api/Customer/{customer['id']}"
        for number in range(20):
            changed = await browser.patch(path, json={"name": f"Größe {number}"})
            assert (await other.get(path)).json() == changed.json()
            assert (await shop.get("api/Customer"))["items"] == [changed.json()]
            assert "email" not in (await clerk.get(path)).json()
            assert "email" in (await other.get(path)).json()
        before = (await shop.get("api/Customer"))["items"]
        assert "alias" not in before[0]
        place = [room.node("Customer", "application"), "fields", "z0"]
        room.add("f-alias", "Field@1", place, {"name": "alias", "type": "Text"})

        async def has_field() -> bool:
            return "alias" in (await shop.get("api/Customer"))["items"][0]

        await eventually(has_field, "the new field")
        assert (await browser.post("player/data/reset", json={})).status_code == 204
        assert (await shop.get("api/Customer"))["items"] == []
