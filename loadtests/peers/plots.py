"""The figures of a run as pictures: bars side by side, ours in colour. Written as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl

mpl.use("svg")
# The same run gives the same file.
mpl.rcParams["svg.hashsalt"] = "design-rooms"

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from loadtests.peers.contestants import CONTESTANTS  # noqa: E402
from loadtests.peers.report import Results  # noqa: E402

__all__ = ["draw"]

_OURS: Final = "#3b6fd4"
_PEER: Final = "#9aa3af"
_BARE: Final = "#d5d9df"


def draw(results: Results, folder: Path) -> None:
    """Draw what *results* hold into *folder*, one picture a table."""
    for letter, figures in results.works.items():
        sound = {name: item for name, item in figures.items() if item.deliveries > 0}
        cpu = {name: item.cpu_us for name, item in sound.items()}
        p99 = {name: item.p99 for name, item in sound.items()}
        pair = [
            (cpu, "CPU per delivery (µs, log)", True),
            (p99, "p99 until delivered (ms, log)", True),
        ]
        _save(folder / f"peers-{letter}.svg", pair)
    if results.storm:
        joins = {name: item.joins_per_second for name, item in results.storm.items()}
        _save(folder / "peers-e.svg", [(joins, "joins per second", False)])
    if results.pause:
        cost = {
            name: max(0.0, paused.grown_mb - reading.grown_mb)
            for name, (reading, paused) in results.pause.items()
        }
        _save(folder / "peers-f.svg", [(cost, "MB for one paused reader", False)])
    if results.highest:
        rates = {name: item.rate for name, item in results.highest.items()}
        _save(folder / "peers-g.svg", [(rates, "edits/s with p99 < 50 ms", False)])


def _save(path: Path, charts: Sequence[tuple[Mapping[str, float], str, bool]]) -> None:
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
