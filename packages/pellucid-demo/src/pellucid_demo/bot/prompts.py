"""The prompts of the bot. `SUPPORT` is a template of the registry; values are never expanded again."""

from collections.abc import Sequence

from pellucid_demo.bot.articles import articles
from pellucid_demo.bot.people import Customer
from pellucid_demo.bot.retrieval import Chunk

SUPPORT_NAME = "support/answer"
SUPPORT = (
    "You are the support assistant of Harbour, a service for boards and cards. Answer the customer's question from the "
    "help-centre articles in the message. Give the exact steps, number them, and use the names of the screens as the "
    "articles do. Cite the article in square brackets. If the articles do not answer the question, say so and offer to "
    "open a ticket. Be friendly and plain.\n"
    "The workspace of the customer has {{seats}} seats. Account reference: {{account}}."
)
SUMMARISE = (
    "You summarise support threads for colleagues. Write what the customer wants, what was tried and what is open, in at "
    "most three sentences."
)
SEARCH = "Rewrite the question as a search query of keywords for the help centre. Return the keywords only."
DIGEST = (
    "You write the weekly activity digest of a workspace. Fetch the activity page by page until there is no next cursor, "
    "then summarise it in three sentences."
)
_HANDBOOK_RULES = (
    "Handbook for support. Stay with what the articles say and never invent a screen. Do one thing at a time. Prices are "
    "shown in the workspace under Plans and are never quoted in a conversation. Refunds, deletions and changes of owner "
    "are done by the customer in the product. Security reports go first. Harbour has boards, cards, members, templates, "
    "integrations and an API for developers. What each article of the help centre is about:\n"
)


def variables(customer: Customer) -> dict[str, str]:
    return {"seats": str(customer.seats), "account": f"acct-{customer.id.removeprefix('user-')}"}


def handbook() -> str:
    """The long constant part of the prompt that is worth caching: rules, then a line for every article."""
    lines = (f"- {article.title}: {article.text.split('. ')[0]}." for article in articles())
    return _HANDBOOK_RULES + "\n".join(lines)


def question_with_documents(question: str, chunks: Sequence[Chunk]) -> str:
    documents = "\n".join(
        f'<document id="{chunk.id}" class="{chunk.document_class}" title="{chunk.title}">\n{chunk.text}\n</document>'
        for chunk in chunks
    )
    return f"{documents}\n\nQuestion: {question}"
