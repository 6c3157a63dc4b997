"""A plain script: a question is answered from two documents, and all of it is one trace."""

from openai import OpenAI

import pellucid

pellucid.init(service="examples")
openai = pellucid.wrap(OpenAI(), stream_usage=True)

DOCUMENTS = [
    {"id": "billing-1", "title": "Download an invoice", "content": "Open Settings and choose Billing. Choose Download as PDF."},
    {"id": "account-1", "title": "Change your e-mail", "content": "Open your profile. Type the new address. Confirm it."},
]


@pellucid.observe(kind="retriever")
def retrieve(question: str) -> list[dict[str, str]]:
    pellucid.update_span(documents=DOCUMENTS, retrieval_index="help-centre", top_k=2)
    return DOCUMENTS


@pellucid.observe(kind="chain")
def answer(question: str) -> str:
    prompt = pellucid.prompt("support/answer", fallback="Answer from these documents, and cite them: {{documents}}")
    documents = "\n".join(f'<document id="{item["id"]}">{item["content"]}</document>' for item in retrieve(question))
    stream = openai.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "system", "content": prompt.compile(documents=documents)}, {"role": "user", "content": question}],
        stream=True,
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    pellucid.score("cites-a-document", "billing-1" in text)
    return text


if __name__ == "__main__":
    with pellucid.context(user_id="u-42", session_id="s-7", feature="support-chat", user_tier="pro"):
        print(answer("How do I download my invoices as PDF?"))
