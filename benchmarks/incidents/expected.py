"""What the pager must hear, and by when; everything else that it hears is a false alarm."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.incidents.receiver import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One page."""

    phase: str
    at: float
    rules: tuple[str, ...]
    text: str
    traces: int


def heard_page(message: Message, phase: str, at: float) -> Heard:
    """A page as it is judged."""
    breaches = message.body["breaches"]
    return Heard(
        phase=phase,
        at=round(at, 3),
        rules=tuple(f"{breach['monitor']}|{breach['segment']}" for breach in breaches),
        text="; ".join(breach["text"] for breach in breaches),
        traces=sum(len(breach["traces"]) for breach in breaches),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One world and its pages."""

    seed: int
    story: bool
    pages: tuple[Heard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What happens in the story, and the page that must come of it."""

    name: str
    phase: str
    begins: float
    """Days before the end of the history, negative; of live traffic, minutes after it began."""
    within: float
    """So many days, or minutes, later the page must be there."""
    page: str
    """Begin of `rule|segment`."""


STORY = (
    Chapter(name="silent model swap", phase="past", begins=-24, within=5, page="Answers shorter than normal|gpt-4o"),
    Chapter(name="over-retrieval", phase="past", begins=-14, within=3, page="More documents than normal|"),
    Chapter(name="SSO fragment", phase="past", begins=-7, within=5, page="Quality below normal|"),
    Chapter(name="runaway feature", phase="past", begins=-2, within=1.25, page="Cost of a request, over a day|digest"),
    Chapter(name="runaway feature, live", phase="live", begins=5, within=5, page="Cost of a request"),
)
ALSO = (
    "Drift of ",
    "Answers shorter than normal|claude-haiku-4-5",
    "Satisfaction|",
    "Quality drop|",
    "Slow decline|",
    "Cost of a request",
    *(chapter.page for chapter in STORY),
)
"""What else the same causes may page for: thumbs and lengths fall by the swap and by the fragment, prompts grow by the index. Nothing of
it may come before the story begins."""


def judge(world: World) -> Sequence[str]:
    """One line for each chapter and for each false alarm."""
    begun = min(chapter.begins for chapter in STORY if chapter.phase == "past")
    phases = {page.phase for page in world.pages} | {"past"}
    lines = [_found(chapter, world.pages) for chapter in STORY if world.story and chapter.phase in phases]
    false = [page for page in world.pages if not (world.story and _belongs(page, begun))]
    told = [f"false alarm: {page.phase} {page.at:.2f} {', '.join(page.rules)}: {page.text}" for page in false]
    title = f"seed {world.seed}, {'story' if world.story else 'control'}: {len(world.pages)} pages, {len(false)} false"
    return [title, *(f"  {line}" for line in [*lines, *told])]


def _belongs(page: Heard, begun: float) -> bool:
    caused = all(rule.startswith(ALSO) for rule in page.rules)
    return caused and (page.phase != "past" or page.at >= begun)


def _found(chapter: Chapter, pages: Sequence[Heard]) -> str:
    unit = "d" if chapter.phase == "past" else "min"
    for page in pages:
        late = page.at - chapter.begins
        if (
            page.phase == chapter.phase
            and 0 <= late <= chapter.within
            and any(rule.startswith(chapter.page) for rule in page.rules)
        ):
            return f"{chapter.name}: paged after {late:.1f} {unit} ({', '.join(page.rules)}; {page.traces} traces)"
    return f"{chapter.name}: NOT PAGED within {chapter.within} {unit}"
