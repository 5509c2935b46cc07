"""What is let go of is freed: the engine's references are no part of any cycle."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from collab.crdt.text_doc import TextDoc
from collab.crdt.ydoc import YDoc
from collab.ids import ClientId


def _ydoc() -> YDoc:
    doc = YDoc(ClientId(5), ("model",), allows_formats=True)
    doc.transact(lambda: doc.roots["model"].update({"größe": "😀"}), is_recording=True)
    return doc


def _text_doc() -> TextDoc:
    doc = TextDoc(ClientId(5))
    doc.transact(lambda: doc.write([{"insert": "größe 😀"}]), is_recording=True)
    return doc


@pytest.mark.parametrize("make", [_ydoc, _text_doc])
def test_a_doc_that_nobody_has_is_freed(make: Callable[[], Any]) -> None:
    """[HO20] with all that the engine holds for it, once the collector has looked."""
    doc = make()
    # The one refers to the whole engine's document, the other is what that refers to.
    watched = [weakref.ref(doc), weakref.ref(doc._doc), weakref.ref(doc._last)]
    del doc
    gc.collect()
    assert [item() for item in watched] == [None, None, None]
