"""One trace from the process that asks into the worker that answers, over a broker of files.

`celery -A celery_worker worker --pool prefork` works; `python celery_worker.py ask` asks. The trace and the context
travel in the task's headers.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from celery import Celery
from openai import OpenAI

import pellucid

pellucid.init(service="examples")
openai = pellucid.wrap(OpenAI())

folder = Path(os.environ.get("EXAMPLE_BROKER", tempfile.gettempdir())) / "broker"
for name in ("messages", "processed", "results", "control"):
    (folder / name).mkdir(parents=True, exist_ok=True)

app = Celery("examples", broker="filesystem://", backend=f"file://{folder / 'results'}")
app.conf.broker_transport_options = {
    "data_folder_in": str(folder / "messages"),
    "data_folder_out": str(folder / "messages"),
    "processed_folder": str(folder / "processed"),
    "control_folder": str(folder / "control"),
    "store_processed": False,
}


@app.task(bind=True, name="summarise")
def summarise(self: Any, text: str) -> str:
    with pellucid.continue_trace(self.request.headers or {}), pellucid.span("summarise", "chain", input=text) as step:
        answer = openai.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": f"Summarise: {text}"}])
        summary = answer.choices[0].message.content or ""
        step.update(output=summary)
    return summary


def ask(text: str) -> str:
    with pellucid.context(user_id="u-42", feature="summaries"), pellucid.span("request", "chain", input=text) as step:
        result = summarise.apply_async(args=[text], headers=pellucid.inject({})).get(timeout=30)
        step.update(output=result)
    return str(result)


if __name__ == "__main__" and sys.argv[1:] == ["ask"]:
    print(ask("The customer asks for invoices as PDF and was told where to find them."))
