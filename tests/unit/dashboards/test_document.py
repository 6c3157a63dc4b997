"""Documents of dashboards: what is kept is read back, what cannot be shown is refused with the reason, and the presets can be shown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.core.errors import BadFilter, BadRequest
from pellucid_server.dashboards.document import CHARTS, COLUMNS, Document, Widget, check, from_json, to_json
from pellucid_server.dashboards.errors import BadDashboard
from pellucid_server.dashboards.presets import PRESETS, RATING, fitted
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.windows import Window

COST = Measure(name="cost", aggregation="sum")
WIDGET = Widget(id="w", title="Spend", chart="line", measures=[COST])

widgets = st.builds(
    Widget,
    id=st.text(min_size=1, max_size=8),
    title=st.text(max_size=20),
    chart=st.sampled_from(CHARTS),
    measures=st.lists(st.sampled_from([COST, Measure(name="score:x", aggregation="avg")]), min_size=1, max_size=3),
    dimensions=st.lists(st.sampled_from(["model", "metadata.plan"]), max_size=2),
    w=st.integers(1, COLUMNS),
    h=st.integers(1, 20),
)


@given(st.lists(widgets, max_size=4), st.sampled_from(["", "kind:generation"]))
def test_what_is_kept_is_read_back(shown: list[Widget], text: str) -> None:
    document = Document(widgets=shown, filter=text, range="-7d")
    assert from_json(to_json(document)) == document


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_can_be_shown_and_do_not_overlap(preset: object) -> None:
    document = preset.document  # type: ignore[attr-defined]  # pytest hides the type of parameters
    check(document)
    taken: set[tuple[int, int]] = set()
    for widget in document.widgets:
        cells = {(x, y) for x in range(widget.x, widget.x + widget.w) for y in range(widget.y, widget.y + widget.h)}
        assert not cells & taken, widget.title
        taken |= cells


def test_presets_take_the_name_of_the_ratings_from_the_project() -> None:
    (quality,) = [preset for preset in PRESETS if preset.id == "quality"]
    named = {one.name for widget in fitted(quality, ["csat", "thumbs"]).document.widgets for one in widget.measures}
    assert "score:thumbs" in named
    assert f"score:{RATING}" not in named
    assert fitted(quality, []) == quality


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chart": "pie"}, "pie"),
        ({"x": 8, "w": 6}, "grid"),
        ({"h": 0}, "grid"),
        ({"y": -1}, "grid"),
        ({"interval": "decade"}, "decade"),
        ({"series": 0}, "series"),
        ({"better": "both"}, "better"),
        ({"measures": [Measure(name="coins", aggregation="sum")]}, "coins"),
        ({"measures": [Measure(name="cost", aggregation="mode")]}, "mode"),
        ({"measures": []}, "measures"),
        ({"dimensions": ["cost"]}, "dimension"),
        ({"dimensions": ["colour"]}, "colour"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_name(change: dict[str, object], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        check(Document(widgets=[replace(WIDGET, **change)]))  # type: ignore[arg-type]  # wrong on purpose


def test_a_mistake_in_a_filter_is_told_where_it_is() -> None:
    with pytest.raises(BadFilter):
        check(Document(widgets=[replace(WIDGET, filter="cost>>")]))
    with pytest.raises(BadFilter):
        check(Document(widgets=[], filter="cost>>"))


def test_widgets_have_ids_of_their_own() -> None:
    with pytest.raises(BadDashboard, match="id"):
        check(Document(widgets=[WIDGET, WIDGET]))


def test_a_widget_asks_within_the_filter_of_the_page() -> None:
    ask = replace(WIDGET, filter="model:a or model:b").ask(Window(start=0, end=1), filters=["feature:chat"])
    only_feature: MetricsAsk = WIDGET.ask(Window(start=0, end=1), filters=["feature:chat"])
    assert ask.filter != only_feature.filter
    assert ask.interval == "auto"
    assert WIDGET.ask(Window(start=0, end=1), interval="day").interval == "day"
    assert replace(WIDGET, interval="hour").ask(Window(start=0, end=1), interval="day").interval == "hour"
    assert replace(WIDGET, chart="number").ask(Window(start=0, end=1)).interval == ""


def test_segments_ask_for_the_number_of_cases() -> None:
    rates = replace(WIDGET, chart="segments", measures=[Measure(name="errors", aggregation="rate")], dimensions=["model"])
    assert [one.key for one in rates.asked] == ["errors_rate", "spans_count"]
    scores = replace(rates, measures=[Measure(name="score:x", aggregation="avg")])
    assert [one.key for one in scores.asked] == ["score:x_avg", "score:x_count"]
