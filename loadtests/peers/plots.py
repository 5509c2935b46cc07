"""The figures of a run as pictures: bars side by side, ours in colour. Written as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import matplotlib as mpl

mpl.use("svg")
# The same run gives the same file.
mpl.rcParams["svg.hashsalt"] = "design-rooms"

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from loadtests.peers.contestants import CONTESTANTS  # noqa: E402
from loadtests.peers.results import Results  # noqa: E402

__all__ = ["draw"]

# Values by the contestants' short names, a title, and whether the scale is logarithmic.
_Chart: TypeAlias = tuple[Mapping[str, float], str, bool]

_OURS: Final = "#3b6fd4"
_PEER: Final = "#9aa3af"
_BARE: Final = "#d5d9df"


def draw(results: Results, folder: Path) -> list[str]:
    """Draw what *results* hold into *folder*, one picture a table; return their names."""
    pictures: dict[str, list[_Chart]] = {}
    for letter, figures in results.works.items():
        done = {name: item for name, item in figures.items() if item.deliveries > 0}
        pictures[letter] = [
            ({name: item.cpu_us for name, item in done.items()}, "CPU per delivery (µs)", False),
            (
                {name: item.p99 for name, item in done.items()},
                "p99 until delivered (ms, log)",
                True,
            ),
        ]
    if results.storm:
        joins = {name: item.joins_per_second for name, item in results.storm.items()}
        cpu = {name: item.cpu_ms for name, item in results.storm.items()}
        pictures["e"] = [(joins, "joins per second", False), (cpu, "CPU per join (ms)", False)]
    if results.pause:
        grown = {name: pair[1].grown_mb for name, pair in results.pause.items()}
        pictures["f"] = [(grown, "the server grows by (MB)", False)]
    if results.highest:
        rates = {name: item.rate for name, item in results.highest.items()}
        pictures["g"] = [(rates, "edits/s with p99 < 50 ms", False)]
    for letter, charts in pictures.items():
        _save(folder / f"peers-{letter}.svg", charts)
    return [f"peers-{letter}.svg" for letter in pictures]


def _save(path: Path, charts: Sequence[_Chart]) -> None:
    figure, axes = plt.subplots(1, len(charts), figsize=(5 * len(charts), 3), squeeze=False)
    for axis, (values, title, is_log) in zip(axes[0], charts, strict=True):
        _bars(axis, values, title, is_log=is_log)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _bars(axis: Axes, values: Mapping[str, float], title: str, *, is_log: bool) -> None:
    shown = [item for item in CONTESTANTS if item.short in values]
    names = [item.name for item in shown]
    colours = [
        _OURS if item.is_ours else _BARE if item.short == "bare" else _PEER for item in shown
    ]
    bars = axis.barh(names, [values[item.short] for item in shown], color=colours)
    axis.bar_label(bars, fmt="%.3g", padding=3, fontsize=8)
    axis.invert_yaxis()
    if is_log:
        axis.set_xscale("log")
    axis.margins(x=0.2)
    axis.set_title(title, fontsize=9)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
