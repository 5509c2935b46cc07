"""Problems of a large document, looked for piece by piece. SPEC: section MD."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collab.model import dsl, problems
from collab.model.nodes import build_node
from collab.model.problems import ProblemIndex
from tests.model.models import REGISTRY, model_files
from tests.model.test_model_problems import document, edited


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(model_files(), st.integers(0, 2**32))
def test_pieces_equal_the_whole(text: str, seed: int) -> None:
    """[MD21] whatever is edited between two pieces, and however small they are."""
    random = Random(seed)
    changed = dsl.read(text)
    changed["nodes"]["fest"] = build_node(
        "DataModel@1", ["application", "dataModels", "a0"], {"name": "Größe"}, None
    )
    index = ProblemIndex(REGISTRY)
    index.begin()
    is_complete = False
    for _ in range(len(changed["nodes"]) + 20):
        if random.random() < 0.4:
            index.update(changed, list(edited(random, changed)))
        is_complete = index.advance(changed, random.randrange(1, 4))
        assert is_complete == index.is_complete
        if is_complete:
            assert index.problems() == problems.problems_of(changed, REGISTRY)
    assert is_complete


def test_beginning_again_forgets() -> None:
    """[MD21] an index that begins again is incomplete, and knows nothing of the old document."""
    broken = document()
    broken["nodes"]["table"]["type"] = "Täble@1"
    index = ProblemIndex(REGISTRY)
    assert index.is_complete
    index.rebuild(broken)
    assert index.is_complete
    assert index.total > 0
    index.begin()
    assert not index.is_complete
    assert index.problems() == []
    assert not index.update(broken, ["table"])
    assert not index.advance(document(), 1)
    assert index.advance(document(), 1_000)
    assert index.problems() == []
