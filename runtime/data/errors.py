"""What can go wrong with data.

::

    PreviewError
    └── DataError
        ├── RecordInvalid      values break rules; all of them at once      (record_invalid, 422)
        ├── RecordNotFound     no such record                               (record_not_found, 404)
        ├── RecordConflict     it has another version by now                (record_conflict, 412)
        ├── RecordRestricted   others refer to it, so it stays              (record_restricted, 409)
        ├── RecordsPresent     only an empty room takes a template's records (records_present, 409)
        ├── TemplateMissing    the application is of no template            (template_missing, 404)
        ├── ModelNotFound      no such data model                           (model_not_found, 404)
        ├── QueryInvalid       a question that has no answer                (query_*, 400)
        ├── DataLimit          more than limits.py allows                   (data_limit, …, 413)
        ├── DataBusy           another writer for too long: try again       (data_busy, 503)
        ├── FieldKeyMissing    no key for encrypted fields, or a bad one    (field_key_*, 503)
        ├── FieldDamaged       an encrypted value that does not open        (field_damaged, 500)
        └── DataFull           the tenant's file is full                    (data_full, 507)

SPEC: section DA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.errors import PreviewError

__all__ = [
    "DataBusy",
    "DataError",
    "DataFull",
    "DataLimit",
    "FieldDamaged",
    "FieldFault",
    "FieldKeyMissing",
    "ModelNotFound",
    "QueryInvalid",
    "RecordConflict",
    "RecordInvalid",
    "RecordNotFound",
    "RecordRestricted",
    "RecordsPresent",
    "TemplateMissing",
]


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Why a value is refused: a stable code (``required``, ``unique``, …) and a text for people."""

    code: str
    message: str


class DataError(PreviewError):
    """The root of what can go wrong with data."""

    default_code = "data_error"


class RecordInvalid(DataError):
    """The values break rules. ``fields`` holds every fault by field name; nothing was written."""

    default_code = "record_invalid"
    http_status = 422

    def __init__(self, fields: Mapping[str, tuple[FieldFault, ...]]) -> None:
        told = "; ".join(f"{name}: {faults[0].message}" for name, faults in fields.items())
        super().__init__(told)
        self.fields = dict(fields)


class RecordNotFound(DataError):
    """There is no such record (any more)."""

    default_code = "record_not_found"
    http_status = 404


class RecordConflict(DataError):
    """The record has another version than was expected: read it again, then try again."""

    default_code = "record_conflict"
    http_status = 412

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version


class RecordRestricted(DataError):
    """Other records refer to this one and their reference does not let it go.

    ``model`` and ``field`` are the names of who refers, ``records`` some of their ids, ``count``
    how many there are.
    """

    default_code = "record_restricted"
    http_status = 409

    def __init__(
        self, message: str, *, model: str, field: str, records: tuple[str, ...], count: int
    ) -> None:
        super().__init__(message)
        self.model = model
        self.field = field
        self.records = records
        self.count = count


class RecordsPresent(DataError):
    """There are records already; a template's are for an empty room."""

    default_code = "records_present"
    http_status = 409


class TemplateMissing(DataError):
    """The application was made of no template, or of one that is not there any more."""

    default_code = "template_missing"
    http_status = 404


class ModelNotFound(DataError):
    """There is no data model of this name or id that could be used."""

    default_code = "model_not_found"
    http_status = 404


class QueryInvalid(DataError):
    """The question names what is not there, or compares what cannot be compared.

    Codes: ``query_field``, ``query_operator``, ``query_value``, ``query_sort``, ``query_cursor``,
    ``query_expand``, ``query_group``, ``query_filter``, ``query_encrypted``.
    """

    default_code = "query_invalid"
    http_status = 400


class DataLimit(DataError):
    """A bound of ``runtime/limits.py``; the text says which, the code is ``data_limit_*``."""

    default_code = "data_limit"
    http_status = 413


class DataBusy(DataError):
    """Another writer held the file for too long: try again."""

    default_code = "data_busy"
    http_status = 503


class DataFull(DataError):
    """The tenant's file is as large as it may be, or the disk is full: delete something."""

    default_code = "data_full"
    http_status = 507


class FieldKeyMissing(DataError):
    """The key of encrypted fields is missing or none: an operator's business, nothing is changed.

    Codes: ``field_key_missing``, ``field_key_invalid``.
    """

    default_code = "field_key_missing"
    http_status = 503


class FieldDamaged(DataError):
    """An encrypted value was changed in the file, or moved to another field or record."""

    default_code = "field_damaged"
    http_status = 500
