"""The state of a data set on real traffic: topics with their cases, age, and what leaks between splits."""

from tests.api.datasets.conftest import Api, talk

DIMENSIONS = [
    {"name": "relevance", "type": "numeric", "low": 1, "high": 5},
    {"name": "tone", "type": "categorical", "categories": ["fine", "cold"], "required": False},
]


def test_cases_of_what_is_asked_cover_it_and_strangers_do_not(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    empty = api.get("/datasets/s/health")
    assert (empty["cases"], empty["freshness"], empty["leaks"]) == (0, None, [])
    assert empty["asked"] == 300
    assert (empty["coverage"]["covered"]["value"], empty["coverage"]["covered"]["n"]) == (0.0, 300)
    api.post("/datasets/s/from-traces", {"trace_ids": [talk(n) for n in range(60)]})
    api.post("/datasets/s/items", {"id": "strange", "input": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich."})
    health = api.get("/datasets/s/health")
    assert (health["version"], health["cases"]) == (2, 61)
    covered = health["coverage"]["covered"]
    assert covered["low"] < covered["value"] <= covered["high"] + 1e-9
    assert covered["value"] > 0.5
    assert sum(topic["cases"] for topic in health["coverage"]["topics"]) + health["coverage"]["strays"] == 61
    assert health["coverage"]["strays"] >= 1
    assert health["freshness"]["old"] == {"value": 0.0, "low": 0.0, "high": health["freshness"]["old"]["high"], "n": 61}
    assert api.get("/datasets/s/health?version=1")["cases"] == 60
    assert api.get("/datasets/s/health?version=9", 404)["code"] == "no_such_dataset"


def test_what_leaks_between_splits_or_holds_its_own_answer_is_named(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    same = "How can I reset the password of my account?"
    api.post(
        "/datasets/s/items",
        [
            {"id": "a", "input": same, "split": "train"},
            {"id": "b", "input": same.upper(), "split": "test"},
            {"id": "c", "input": f"{same} ", "split": "train"},
            {
                "id": "d",
                "input": "Is it true that you open settings, then security, then reset?",
                "expected": "Open settings, then security, then reset",
                "split": "test",
            },
            {"id": "e", "input": "Yes or no?", "expected": "yes", "split": "test"},
        ],
    )
    health = api.get("/datasets/s/health")
    assert health["leak_count"] == 3
    assert [(one["kind"], one["item_id"], one["other_id"]) for one in health["leaks"]] == [
        ("splits", "a", "b"),
        ("splits", "b", "c"),
        ("answer", "d", ""),
    ]


def test_a_data_set_says_by_what_its_cases_are_labelled(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    usual = api.get("/datasets/s/dimensions")["dimensions"]
    assert [one["name"] for one in usual] == ["relevance", "groundedness", "tone"]
    kept = api.put("/datasets/s/dimensions", {"dimensions": DIMENSIONS})
    assert [one["name"] for one in kept["dimensions"]] == ["relevance", "tone"]
    api.put("/datasets/s/rules", {"input_schema": {"type": "string"}})
    assert api.get("/datasets/s/dimensions") == kept
    assert api.get("/datasets/s/rules")["input_schema"] == {"type": "string"}
    assert (
        "2 to 50 different categories"
        in api.put("/datasets/s/dimensions", {"dimensions": [{"name": "x", "type": "categorical"}]}, 400)["detail"]
    )
