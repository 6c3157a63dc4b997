"""A streaming endpoint. Run it with `uvicorn fastapi_stream:app`.

One request is one trace, below the spans that FastAPI makes itself; the answer's header names the trace, so that the
front end can send feedback about it later.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Body, FastAPI, Header
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI

import pellucid

pellucid.init(service="examples")
openai = pellucid.wrap(AsyncOpenAI(), stream_usage=True)
app = FastAPI()


@app.post("/chat")
async def chat(question: Annotated[str, Body(embed=True)], user: Annotated[str, Header()] = "anonymous") -> StreamingResponse:
    turn = pellucid.start_span("turn", "chain", input=question, user_id=user, feature="chat")

    async def tokens() -> AsyncIterator[str]:
        said = ""
        try:
            with turn.use(), pellucid.context(user_id=user):  # this runs after the function below returned
                stream = await openai.chat.completions.create(
                    model="gpt-4o", messages=[{"role": "user", "content": question}], stream=True
                )
            async for chunk in stream:
                piece = chunk.choices[0].delta.content or ""
                if piece:
                    turn.first_token()
                said += piece
                yield piece
        finally:
            turn.end(output=said)

    return StreamingResponse(tokens(), media_type="text/plain", headers={"x-trace-id": turn.trace_id})


@app.post("/feedback")
async def feedback(trace_id: Annotated[str, Body()], helpful: Annotated[bool, Body()]) -> None:
    pellucid.feedback(helpful, trace_id=trace_id)
