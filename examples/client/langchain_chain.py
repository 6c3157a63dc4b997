"""LangChain, recorded by its instrumentation package (openinference-instrumentation-langchain)."""

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

import pellucid

pellucid.init(service="examples")
pellucid.instrument("langchain")

prompt = ChatPromptTemplate.from_messages([("system", "Answer in one sentence."), ("user", "{question}")])
chain = prompt | ChatOpenAI(model="gpt-4o") | StrOutputParser()

if __name__ == "__main__":
    with pellucid.context(user_id="u-42", session_id="s-7", feature="chain"), pellucid.span("question", "chain") as step:
        text = chain.invoke({"question": "How do I download my invoices?"})
        step.update(output=text)
        print(text)
