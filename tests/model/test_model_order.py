"""Order keys, against npm ``fractional-indexing`` itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from collab.model.order import is_order_key, key_between, keys_between

ROOT = Path(__file__).parents[2]
ORACLE = """
import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";
import { readFileSync } from "node:fs";
const answers = JSON.parse(readFileSync(0, "utf8")).map(([lower, upper, count]) => {
  try {
    return count === null
      ? generateKeyBetween(lower, upper) : generateNKeysBetween(lower, upper, count);
  } catch {
    return "error";
  }
});
console.log(JSON.stringify(answers));
"""

Request = tuple[str | None, str | None, int | None]


def npm(requests: list[Request]) -> list[object]:
    """Return what npm answers to each request; ``"error"`` where it throws."""
    done = subprocess.run(
        ["node", "--input-type=module", "-e", ORACLE],
        input=json.dumps(requests).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    answers: list[object] = json.loads(done.stdout)
    return answers


def ours(request: Request) -> object:
    """Return what the port answers to a request, in the oracle's terms."""
    lower, upper, count = request
    try:
        return key_between(lower, upper) if count is None else keys_between(lower, upper, count)
    except ValueError:
        return "error"


def test_equal_to_npm() -> None:
    """[MD2] keys between random neighbours, at both ends and at the exhausted ends."""
    random = Random(7)
    keys = ["a0"]
    requests: list[Request] = [
        (None, None, None),
        ("zzzzzzzzzzzzzzzzzzzzzzzzzzz", None, None),
        (None, "A00000000000000000000000001", None),
        ("A00000000000000000000000000", None, None),
        ("a1", "a1", None),
        ("a2", "a1", None),
        ("a00", None, None),
        ("b0", None, None),
        ("!", None, None),
        ("", None, None),
        ("zzzzzzzzzzzzzzzzzzzzzzzzzzy", "zzzzzzzzzzzzzzzzzzzzzzzzzzz", 5),
    ]
    for _ in range(600):
        index = random.randrange(len(keys) + 1) if random.random() < 0.5 else len(keys) // 2
        lower = keys[index - 1] if index else None
        upper = keys[index] if index < len(keys) else None
        requests.append((lower, upper, None))
        requests.append((lower, upper, random.randrange(5)))
        keys.insert(index, key_between(lower, upper))
    assert keys == sorted(set(keys))
    assert list(map(ours, requests)) == npm(requests)


def test_long_runs() -> None:
    """[MD2] a thousand keys in a row, before, after and between, as npm makes them."""
    requests: list[Request] = [
        (None, None, 1000),
        (None, "a0", 1000),
        ("a0", None, 1000),
        ("a0", "a1", 1000),
    ]
    assert list(map(ours, requests)) == npm(requests)


@pytest.mark.parametrize("key", ["a0", "Zz", "a0V", "b00", "zzzzzzzzzzzzzzzzzzzzzzzzzzzV"])
def test_accepts(key: str) -> None:
    """[MD2] a key that npm takes as a bound is an order key."""
    assert is_order_key(key)
    assert npm([(key, None, None)]) != ["error"]


@pytest.mark.parametrize(
    "key", ["", "a", "a00", "b0", "0", "A00000000000000000000000000", "aé", "a0 ", "ä0"]
)
def test_refuses(key: str) -> None:
    """[MD2] what npm does not take, or would misread, is no order key."""
    assert not is_order_key(key)
    with pytest.raises(ValueError):
        key_between(key, None)


def test_length_is_bounded() -> None:
    """[MD2] a key of more than 256 characters is no order key."""
    assert is_order_key("a0" + "V" * 254)
    assert not is_order_key("a0" + "V" * 255)
    assert not is_order_key(["a0"])
