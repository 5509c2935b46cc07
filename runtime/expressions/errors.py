"""What can be wrong with an expression.

::

    PreviewError
    └── ExpressionError   the expression's author can mend it, or its data can         (422)
        ├── expression_syntax    it does not parse
        ├── expression_name      an unknown name, field, model, function
        ├── expression_type      operands that do not go together
        ├── expression_value     the values at hand: division by zero, no such index, null
        ├── expression_limit     too long, too deep, too large, too slow
        └── expression_internal  a defect of the engine; the next call works

SPEC: section EX.
"""

from __future__ import annotations

from runtime.errors import PreviewError

__all__ = ["ExpressionError"]


class ExpressionError(PreviewError):
    """An expression that has no value. ``start`` and ``end`` count UTF-16 units in ``source``."""

    default_code = "expression_value"
    http_status = 422

    def __init__(
        self, code: str, message: str, *, start: int = 0, end: int = 0, source: str = ""
    ) -> None:
        super().__init__(message, code=code)
        self.start = start
        self.end = end
        self.source = source
